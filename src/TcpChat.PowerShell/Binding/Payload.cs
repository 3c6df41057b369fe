using System.Collections;
using System.Management.Automation;
using System.Text;
using TcpChat.Sessions;

namespace TcpChat.Binding;

/// <summary>Says what of an object goes over the wire: bytes are bytes, a message is its bytes, all else is its text.</summary>
internal static class Payload
{
    /// <summary>The object without PowerShell's wrapper.</summary>
    public static object Unwrap(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>True where the object is bytes as they stand.</summary>
    public static bool TryGetBytes(object value, out ReadOnlyMemory<byte> bytes)
    {
        switch (Unwrap(value))
        {
            case byte[] array:
                bytes = array;
                return true;
            case ChatMessage message:
                bytes = message.Bytes;
                return true;
            case IEnumerable<byte> sequence:
                bytes = sequence.ToArray();
                return true;
            case object[] { Length: > 0 } items when Array.TrueForAll(items, static item => item is not null && Unwrap(item) is byte):
                bytes = Array.ConvertAll(items, static item => (byte)Unwrap(item));
                return true;
            default:
                bytes = default;
                return false;
        }
    }

    /// <summary>The object's text, as PowerShell would put it into a string.</summary>
    public static string ToText(object value) => LanguagePrimitives.ConvertTo<string>(value);

    /// <summary>The object as bytes, text in <paramref name="encoding"/>.</summary>
    public static byte[] ToBytes(object value, Encoding encoding) =>
        TryGetBytes(value, out ReadOnlyMemory<byte> bytes) ? bytes.ToArray() : encoding.GetBytes(ToText(value));

    /// <summary>The things to send in an argument: each element of a list, or the argument itself.</summary>
    public static IEnumerable<object> Each(object value)
    {
        object bare = Unwrap(value);
        if (bare is string or IDictionary || TryGetBytes(bare, out _) || LanguagePrimitives.GetEnumerable(bare) is not { } list)
        {
            return [value];
        }

        return list.Cast<object?>().Where(static item => item is not null)!;
    }
}
