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
    /// <param name="head">What every record has, so that all are alike to those who filter them.</param>
    /// <param name="write">Writes what else belongs to it.</param>
    public static void Write(Transcript transcript, TimeProvider time, Head head, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ?? new ArrayBufferWriter<byte>();
        s_buffer = null;
        Write(buffer, time, head, write);
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
        Write(buffer, TimeProvider.System, new Head("lost"), json => json.WriteNumber("count", count));
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> buffer, TimeProvider time, Head head, Action<Utf8JsonWriter> write)
    {
        using (Utf8JsonWriter json = new(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteNumber("process", Environment.ProcessId);
            json.WritePropertyName("session");
            if (head.Session is null)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteNumberValue(head.Session.Id);
            }

            json.WriteString("name", head.Session?.Name);
            json.WriteString("kind", head.Kind);
            json.WriteString("direction", head.Direction);
            json.WriteString("text", head.Text);
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    /// <summary>What every record has.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Session">Whose it is.</param>
    /// <param name="Direction">Which way it went: in or out.</param>
    /// <param name="Text">What was said.</param>
    public readonly record struct Head(string Kind, ChatSession? Session = null, string? Direction = null, string? Text = null);
}
