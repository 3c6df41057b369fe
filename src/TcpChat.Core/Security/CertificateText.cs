using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TcpChat.Security;

/// <summary>
/// What a certificate says, for a sentence. Anybody can write anything into a certificate: nothing of it may move a
/// terminal's cursor, break a line, turn the direction of writing, or be longer than a sentence bears.
/// </summary>
internal static class CertificateText
{
    private const int LongestSubject = 120;
    private const int LongestHost = 80;
    private const char Unprintable = '\uFFFD';

    /// <summary>Whom the certificate is for, in quotation marks.</summary>
    public static string Subject(X509Certificate2 certificate) => Quoted(certificate.SubjectName);

    /// <summary>Who has issued it, in quotation marks.</summary>
    public static string Issuer(X509Certificate2 certificate) => Quoted(certificate.IssuerName);

    /// <summary>A name or address: what no name can have in it is replaced, so that none reads as a sentence.</summary>
    public static string Host(string name) => Shown(name, LongestHost, static c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '*' or ':' or '%');

    /// <summary>Any other text of the system or of a certificate.</summary>
    public static string Words(string text) => Shown(text, LongestSubject, IsPrintable);

    /// <summary>A moment, in UTC.</summary>
    public static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Quoted(X500DistinguishedName name) => name.Name.Length == 0 ? "(no name)" : $"'{Words(name.Name)}'";

    private static string Shown(string text, int limit, Func<char, bool> isShown)
    {
        StringBuilder shown = new(Math.Min(text.Length, limit) + 1);
        for (int i = 0; i < text.Length; i++)
        {
            int width = char.IsSurrogatePair(text, i) ? 2 : 1;
            if (shown.Length + width > limit)
            {
                return shown.Append('\u2026').ToString();
            }

            // A pair is a letter or a picture, or one of the invisible "tags", which are format characters as well.
            if (width == 2 && CharUnicodeInfo.GetUnicodeCategory(text, i) != UnicodeCategory.Format)
            {
                shown.Append(text, i, 2);
            }
            else
            {
                shown.Append(width == 1 && isShown(text[i]) ? text[i] : Unprintable);
            }

            i += width - 1;
        }

        return shown.ToString();
    }

    private static bool IsPrintable(char c) => char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
