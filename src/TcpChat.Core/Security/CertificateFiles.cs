using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Reads files of certificates.</summary>
public static class CertificateFiles
{
    /// <summary>The certificates of authorities that are to be trusted. Private keys that may be there too are not looked at.</summary>
    /// <param name="paths">Files: PEM with one or several certificates, or DER with one. At most 1 MiB each.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileNotFound"/>, <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.FileReadFailed"/>, or <see cref="ChatErrorCode.CertificateFileInvalid"/>, which says what is wrong.
    /// </exception>
    public static X509Certificate2Collection ReadAuthorities(params IEnumerable<string> paths)
    {
        X509Certificate2Collection authorities = [];
        foreach (string path in paths)
        {
            using CertificateFile file = CertificateFile.Read(path);
            authorities.AddRange(
                file.IsPkcs12 ? throw file.Invalid("is a PFX file, which is for one's own certificate: authorities are read from PEM or DER.") : file.Certificates());
        }

        return authorities;
    }
}
