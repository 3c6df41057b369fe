using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Security;

/// <summary>What a file of certificates and keys has in it. There may be a private key among it, so it is overwritten when it is let go.</summary>
internal sealed class CertificateFile : IDisposable
{
    /// <summary>More than any file of certificates has, in bytes; the authorities of a whole system have a quarter of it.</summary>
    public const int MaximumLength = 1024 * 1024;

    /// <summary>What a PEM block of a certificate is called.</summary>
    public const string CertificateLabel = "CERTIFICATE";

    private static readonly byte[] s_anyBlock = "-----BEGIN "u8.ToArray();
    private static readonly byte[] s_certificateBlock = "-----BEGIN CERTIFICATE-----"u8.ToArray();

    private readonly byte[] _buffer;
    private readonly int _length;

    private CertificateFile(string path, byte[] buffer, int length)
    {
        Path = path;
        _buffer = buffer;
        _length = length;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>All of it.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>True where it is text with PEM blocks; otherwise it is binary.</summary>
    public bool IsPem => Bytes.IndexOf(s_anyBlock) >= 0;

    /// <summary>True where it is a PFX (PKCS#12), whatever it is called.</summary>
    public bool IsPkcs12 => !IsPem && BinaryType() is X509ContentType.Pkcs12;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileNotFound"/>, <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.FileReadFailed"/>, or <see cref="ChatErrorCode.CertificateFileInvalid"/> where it is too large.
    /// </exception>
    public static CertificateFile Read(string path)
    {
        byte[]? buffer = null;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (stream.CanSeek && stream.Length > MaximumLength)
            {
                throw TooLarge(path);
            }

            // One byte more than may be tells a file that goes on, such as a device. Pinned, so that no copy of a key is left where it was moved from.
            buffer = GC.AllocateUninitializedArray<byte>((stream.CanSeek && stream.Length > 0 ? (int)stream.Length : MaximumLength) + 1, pinned: true);
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaximumLength)
            {
                throw TooLarge(path);
            }

            CertificateFile file = new(path, buffer, length);
            buffer = null;
            return file;
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToOpen(e, path, toWrite: false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>An error about this file.</summary>
    public ChatException Invalid(string what, Exception? innerException = null) =>
        new(ChatErrorCode.CertificateFileInvalid, $"The file '{Path}' {what}", innerException);

    /// <summary>Its certificates, in their order; at least one.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateFileInvalid"/>.</exception>
    public X509Certificate2Collection Certificates()
    {
        if (!IsPem)
        {
            return BinaryType() is X509ContentType.Cert ? [Certificate(Bytes)] : throw Invalid("has no certificate in it.");
        }

        X509Certificate2Collection certificates = [];
        foreach (PemBlock block in Blocks())
        {
            if (block.Label == CertificateLabel)
            {
                certificates.Add(Certificate(Decode(block)));
            }
        }

        return Bytes.Count(s_certificateBlock) != certificates.Count ? throw Invalid("has a certificate in it that is damaged.")
            : certificates.Count == 0 ? throw Invalid("has no certificate in it.")
            : certificates;
    }

    /// <summary>Its whole PEM blocks, in their order.</summary>
    public IReadOnlyList<PemBlock> Blocks()
    {
        List<PemBlock> blocks = [];
        int start = 0;
        while (PemEncoding.TryFindUtf8(Bytes[start..], out PemFields fields))
        {
            ReadOnlySpan<byte> rest = Bytes[start..];
            (int offset, int length) = fields.Base64Data.GetOffsetAndLength(rest.Length);
            blocks.Add(new PemBlock(System.Text.Encoding.ASCII.GetString(rest[fields.Label]), start + offset, length, fields.DecodedDataLength));
            start += fields.Location.End.GetOffset(rest.Length);
        }

        return blocks;
    }

    /// <summary>The content of a block. Whoever asks overwrites it where it is secret.</summary>
    public byte[] Decode(PemBlock block)
    {
        byte[] content = GC.AllocateUninitializedArray<byte>(block.DecodedLength, pinned: true);
        Base64.DecodeFromUtf8(Bytes.Slice(block.Offset, block.Length), content, out _, out int written);
        return written == content.Length ? content : throw Invalid($"has a block '{block.Label}' that is damaged.");
    }

    /// <summary>Overwrites what was read.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private static ChatException TooLarge(string path) => new(
        ChatErrorCode.CertificateFileInvalid, $"The file '{path}' has more than {MaximumLength / 1024} KiB, which no file of certificates has.");

    private X509ContentType BinaryType()
    {
        try
        {
            return _length == 0 ? X509ContentType.Unknown : X509Certificate2.GetCertContentType(Bytes);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }

    private X509Certificate2 Certificate(ReadOnlySpan<byte> content)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(content);
        }
        catch (CryptographicException e)
        {
            throw Invalid("has a certificate in it that is damaged.", e);
        }
    }
}
