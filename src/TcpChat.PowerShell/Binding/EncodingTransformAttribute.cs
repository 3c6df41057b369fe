using System.Management.Automation;
using System.Text;
using TcpChat.Sessions;

namespace TcpChat.Binding;

/// <summary>Takes an encoding by its object, code page or name: PowerShell's own names and all that .NET knows.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EncodingTransformAttribute : ArgumentTransformationAttribute
{
    /// <summary>The names that PowerShell gives encodings, and what they mean on a wire, where no byte order mark has a place.</summary>
    public static IReadOnlyDictionary<string, Func<Encoding>> Names { get; } =
        new Dictionary<string, Func<Encoding>>(StringComparer.OrdinalIgnoreCase)
        {
            ["utf8"] = static () => SessionOptions.DefaultEncoding,
            ["utf8NoBOM"] = static () => SessionOptions.DefaultEncoding,
            ["ascii"] = static () => Encoding.ASCII,
            ["latin1"] = static () => Encoding.Latin1,
            ["unicode"] = static () => new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            ["bigendianunicode"] = static () => new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
            ["utf32"] = static () => new UTF32Encoding(bigEndian: false, byteOrderMark: false),
            ["ansi"] = static () => Encoding.GetEncoding(System.Globalization.CultureInfo.CurrentCulture.TextInfo.ANSICodePage),
            ["oem"] = static () => Encoding.GetEncoding(System.Globalization.CultureInfo.CurrentCulture.TextInfo.OEMCodePage),
        };

    static EncodingTransformAttribute() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = Payload.Unwrap(inputData);
        try
        {
            return value switch
            {
                Encoding encoding => encoding,
                int codePage => Encoding.GetEncoding(codePage),
                string name when Names.TryGetValue(name, out Func<Encoding>? make) => make(),
                string name when int.TryParse(name, out int codePage) => Encoding.GetEncoding(codePage),
                string name => Encoding.GetEncoding(name),
                _ => inputData,
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ArgumentTransformationMetadataException(
                $"'{value}' is no encoding. Give a name such as {string.Join(", ", Names.Keys)}, a code page, or an Encoding object.", e);
        }
    }
}
