using System.Buffers;
using System.Text.Json;
using TcpChat.Sessions;

namespace TcpChat.Transcripts;

/// <summary>Makes the lines of transcripts.</summary>
internal static class TranscriptRecord
{
    /// <summary>A buffer that has grown beyond this is not kept.</summary>
    private const int KeptBufferSize = 64 * 1024;

    private static readonly JsonWriterOptions s_options = new() { Encoder = TranscriptEncoder.Instance, SkipValidation = true };

    // One for each thread that writes, so that a session costs none.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    /// <summary>Writes one record.</summary>
    /// <param name="transcript">Where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="session">Whose it is.</param>
    /// <param name="write">Writes what else belongs to it.</param>
    public static void Write(Transcript transcript, TimeProvider time, string kind, ChatSession? session, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ?? new ArrayBufferWriter<byte>();
        s_buffer = null;
        Write(buffer, time, kind, session, write);
        transcript.Append(buffer.WrittenSpan);
        if (buffer.Capacity <= KeptBufferSize)
        {
            buffer.ResetWrittenCount();
            s_buffer = buffer;
        }
    }

    /// <summary>The line that says that so many records before it could not be written.</summary>
    public static byte[] Lost(long count)
    {
        ArrayBufferWriter<byte> buffer = new();
        Write(buffer, TimeProvider.System, "lost", null, json => json.WriteNumber("count", count));
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> buffer, TimeProvider time, string kind, ChatSession? session, Action<Utf8JsonWriter> write)
    {
        using (Utf8JsonWriter json = new(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteNumber("process", Environment.ProcessId);
            if (session is not null)
            {
                json.WriteNumber("session", session.Id);
                json.WriteString("name", session.Name);
            }

            json.WriteString("kind", kind);
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }
}
