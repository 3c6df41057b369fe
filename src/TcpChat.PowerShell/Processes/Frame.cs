using System.Buffers.Binary;

namespace TcpChat.Processes;

/// <summary>One message between a server and a process of its handlers: a byte for its kind, four for its length, big-endian, and the payload.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Payload">The facts: fields one after the other, or text, which may be CLIXML, in UTF-8.</param>
internal readonly record struct Frame(FrameKind Kind, byte[] Payload)
{
    /// <summary>The largest payload, in bytes.</summary>
    public const int LargestPayload = 64 << 20;

    private const int HeaderSize = 5;

    /// <summary>The frame as it goes through a pipe.</summary>
    /// <exception cref="InvalidDataException">The payload is too large.</exception>
    public static byte[] ToBytes(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        ThrowIfTooLarge(payload.Length);
        byte[] bytes = new byte[HeaderSize + payload.Length];
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), payload.Length);
        payload.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }

    /// <summary>Reads the next; null at the end of the pipe, also where that is inside a frame.</summary>
    /// <exception cref="InvalidDataException">What comes is no frame.</exception>
    public static async ValueTask<Frame?> ReadAsync(Stream pipe, CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderSize];
        if (await pipe.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < HeaderSize)
        {
            return null;
        }

        byte[] payload = new byte[LengthIn(header)];
        int read = await pipe.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read < payload.Length ? null : new Frame((FrameKind)header[0], payload);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static Frame? Read(Stream pipe)
    {
        byte[] header = new byte[HeaderSize];
        if (pipe.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return null;
        }

        byte[] payload = new byte[LengthIn(header)];
        return pipe.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) < payload.Length ? null : new Frame((FrameKind)header[0], payload);
    }

    private static int LengthIn(byte[] header)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        ThrowIfTooLarge(length);
        return length;
    }

    private static void ThrowIfTooLarge(int length)
    {
        if (length is < 0 or > LargestPayload)
        {
            throw new InvalidDataException($"A frame of {length} bytes between a server and a process of its handlers: {LargestPayload} are allowed.");
        }
    }
}
