using System.Security.Cryptography;
using System.Text;
using TcpChat.Framing;

namespace TcpChat.Security;

/// <summary>A secret that a server and its clients share: the first message of a client. Shown nowhere, not by <see cref="ToString"/> either.</summary>
public sealed class AccessToken
{
    /// <summary>The longest token, in bytes.</summary>
    public const int LongestToken = 1024;

    private readonly byte[] _bytes;

    /// <summary>Makes a token of its text in the session's encoding.</summary>
    /// <param name="text">The text; the caller may clear it afterwards.</param>
    /// <param name="encoding">The session's encoding.</param>
    /// <exception cref="ArgumentException">It is empty, has a line end, cannot be expressed in that encoding, or is longer than <see cref="LongestToken"/>.</exception>
    public AccessToken(ReadOnlySpan<char> text, Encoding encoding)
    {
        if (text.IsEmpty || text.ContainsAny('\r', '\n'))
        {
            throw new ArgumentException("An access token has one character at least, and no line end.");
        }

        Encoding strict = (Encoding)encoding.Clone();
        strict.EncoderFallback = EncoderFallback.ExceptionFallback;
        int length;
        try
        {
            length = strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            // Its own message would show the character.
            throw new ArgumentException($"The access token has a character that the encoding {encoding.WebName} does not have.");
        }

        if (length > LongestToken)
        {
            throw new ArgumentException($"An access token has {LongestToken} bytes at most.");
        }

        _bytes = new byte[length];
        strict.GetBytes(text, _bytes);
    }

    /// <summary>Makes a token of its bytes, as <see cref="ToBytes"/> gives them.</summary>
    public AccessToken(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True where it goes over the wire as one message of that framing, whole: not where there are no messages, nor where what ends one is in it.</summary>
    public bool IsOneMessage(MessageFraming framing) =>
        framing.Kind != FramingKind.Raw
        && framing.Cut(framing.Wrap(_bytes), 0, LongestToken) is { Status: FrameStatus.Message } first
        && first.Length == _bytes.Length;

    /// <summary>A copy of its bytes, for a process that serves for this one; for a pipe to it, and nothing else.</summary>
    public byte[] ToBytes() => [.. _bytes];

    /// <inheritdoc/>
    public override string ToString() => "(access token)";

    /// <summary>True where these are the token's bytes. Takes as long for each that is wrong, whatever it has in common with the token.</summary>
    internal bool Matches(ReadOnlySpan<byte> candidate)
    {
        // Hashed, so that not even the length shows.
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes, expected);
        SHA256.HashData(candidate, actual);
        return CryptographicOperations.FixedTimeEquals(expected, actual);
    }
}
