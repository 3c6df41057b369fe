using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>
/// An identity on its way to another process of the same user, which serves for this one. The private key is in the bytes:
/// they belong into a pipe between the two, and nowhere else.
/// </summary>
public static class IdentityTransfer
{
    /// <summary>The certificate with its private key, and the certificates above it.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateNotExportable"/>: the key cannot leave this process, or the store it is in.</exception>
    public static byte[] ToBytes(CertificateIdentity identity)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        byte[] own = Export(identity.Certificate);
        try
        {
            Write(writer, own);
            foreach (X509Certificate2 above in identity.Context.IntermediateCertificates)
            {
                Write(writer, above.RawData);
            }

            return stream.ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(own);
            CryptographicOperations.ZeroMemory(stream.GetBuffer());
        }
    }

    /// <summary>The identity that <see cref="ToBytes"/> was given.</summary>
    public static CertificateIdentity FromBytes(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        byte[] own = Read(reader);
        try
        {
            // With the default flags, because those that keep the key in memory only are of no use to TLS on Windows, and not there on macOS.
            X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(own, null);
            X509Certificate2Collection above = [];
            while (reader.BaseStream.Position < bytes.Length)
            {
                above.Add(X509CertificateLoader.LoadCertificate(Read(reader)));
            }

            return CertificateIdentity.Of(certificate, above);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(own);
        }
    }

    private static byte[] Export(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Export(X509ContentType.Pkcs12);
        }
        catch (CryptographicException e)
        {
            throw new ChatException(
                ChatErrorCode.CertificateNotExportable,
                $"The private key of the certificate '{certificate.Subject}' cannot be exported, so the processes that serve connections cannot be given it: {e.Message} "
                + "Use files, a key that is exportable, or another model.",
                e);
        }
    }

    private static void Write(BinaryWriter writer, byte[] part)
    {
        writer.Write(part.Length);
        writer.Write(part);
    }

    private static byte[] Read(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());
}
