using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Reads what this side shows to prove who it is from files.</summary>
internal static class IdentityReader
{
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <summary>As <see cref="CertificateIdentity.FromFile"/> says.</summary>
    public static CertificateIdentity Read(string certificatePath, string? keyPath, ReadOnlySpan<char> password)
    {
        using CertificateFile file = CertificateFile.Read(certificatePath);
        if (file.IsPkcs12)
        {
            return keyPath is null ? FromPkcs12(file, password) : throw file.Invalid("is a PFX file, which has its private key in it: no other file with a key goes with it.");
        }

        X509Certificate2Collection above = file.Certificates();
        using X509Certificate2 certificate = above[0];
        above.RemoveAt(0);
        using CertificateFile? keyFile = keyPath is null ? null : CertificateFile.Read(keyPath);
        if (keyFile is { IsPkcs12: true })
        {
            throw keyFile.Invalid("is a PFX file, and no private key in PEM form: it is to be named as the file with the certificate.");
        }

        return CertificateIdentity.Of(ForHandshakes(PrivateKeyReader.Join(certificate, keyFile ?? file, password)), above);
    }

    /// <summary>On Windows, TLS is done by another process, which sees no key that exists in this one's memory only; a key that came by PKCS#12 it sees.</summary>
    private static X509Certificate2 ForHandshakes(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            byte[] exported = certificate.Export(X509ContentType.Pkcs12);
            try
            {
                return X509CertificateLoader.LoadPkcs12(exported, password: default);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(exported);
            }
        }
    }

    private static CertificateIdentity FromPkcs12(CertificateFile file, ReadOnlySpan<char> password)
    {
        X509Certificate2Collection all = LoadPkcs12(file, password);
        X509Certificate2[] withKey = [.. all.Where(static c => c.HasPrivateKey)];

        // A file that an authority was saved in whole may have its key too.
        X509Certificate2? own = withKey.FirstOrDefault(c => !all.Any(other => other != c && other.Issuer == c.Subject)) ?? withKey.FirstOrDefault();
        if (own is null)
        {
            throw file.Invalid("has no private key in it.");
        }

        all.Remove(own);
        return CertificateIdentity.Of(own, all);
    }

    private static X509Certificate2Collection LoadPkcs12(CertificateFile file, ReadOnlySpan<char> password)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(file.Bytes, password);
        }
        catch (CryptographicException e) when (e.HResult == WrongPassword)
        {
            string what = password.IsEmpty ? "is encrypted, and no password is given" : "cannot be opened with this password";
            throw new ChatException(ChatErrorCode.KeyPasswordWrong, $"The file '{file.Path}' {what}.", e);
        }
        catch (CryptographicException e)
        {
            throw file.Invalid($"is a PFX file that cannot be read: {e.Message}", e);
        }
    }
}
