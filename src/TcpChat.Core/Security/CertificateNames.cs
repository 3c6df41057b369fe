using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>The names and addresses that a certificate is for.</summary>
internal static class CertificateNames
{
    private const int Most = 6;
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>As the end of "it is for": "localhost and 127.0.0.1".</summary>
    public static string Of(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] names = alternatives is null
            ? [.. CommonName(certificate)]
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(static address => $"{address}")];
        return names switch
        {
            [] => "no name",
            [var one] => CertificateText.Host(one),
            { Length: > Most } => $"{string.Join(", ", names[..Most].Select(CertificateText.Host))} and {names.Length - Most} more",
            _ => $"{string.Join(", ", names[..^1].Select(CertificateText.Host))} and {CertificateText.Host(names[^1])}",
        };
    }

    // Counts only where there are no alternative names, as in certificates made by hand.
    private static IEnumerable<string> CommonName(X509Certificate2 certificate) => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        .Where(static part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
        .Select(static part => part.GetSingleElementValue())
        .OfType<string>();
}
