using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcpChat.Rooms;

/// <summary>A message as one JSON object on one line: on the wire and in the files of a history.</summary>
internal static class RoomMessageJson
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Text stands as it is, but for what JSON wants escaped: an answer is never part of a web page.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly string[] s_kinds = [.. Enum.GetNames<RoomMessageKind>().Select(static name => char.ToLowerInvariant(name[0]) + name[1..])];

    /// <summary>A kind's name in JSON.</summary>
    public static string NameOf(RoomMessageKind kind) => s_kinds[(int)kind];

    /// <summary>The object, without a line feed.</summary>
    public static void Write(IBufferWriter<byte> output, RoomMessage message)
    {
        using Utf8JsonWriter writer = new(output, WriterOptions);
        Write(writer, message);
    }

    /// <summary>The object.</summary>
    public static void Write(Utf8JsonWriter writer, RoomMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, NameOf(message.Kind));
        if (message.Id != 0)
        {
            writer.WriteNumber("id"u8, message.Id);
        }

        if (message.Room is not null)
        {
            writer.WriteString("room"u8, message.Room);
        }

        writer.WriteString("from"u8, message.Sender);
        if (message.To is not null)
        {
            writer.WriteString("to"u8, message.To);
        }

        writer.WriteString("text"u8, message.Text);
        writer.WriteString("time"u8, message.SentAtUtc.ToString(TimeFormat, CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    /// <summary>Reads one object; false where it is none, or lacks what a message must have. Members that are not known are passed over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out RoomMessage? message)
    {
        message = null;
        try
        {
            Utf8JsonReader reader = new(json);
            return reader.Read() && TryRead(ref reader, out message) && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            message = null;
            return false;
        }
    }

    /// <summary>Reads the object that the reader stands at, and stands at its end then.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A string in it is no text.</exception>
    public static bool TryRead(ref Utf8JsonReader reader, [NotNullWhen(true)] out RoomMessage? message)
    {
        message = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        RoomMessageKind? kind = null;
        long id = 0;
        string? room = null;
        string? sender = null;
        string? to = null;
        string? text = null;
        DateTime? time = null;
        bool isValid = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("kind"u8))
            {
                kind = ReadKind(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                isValid &= reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out id) && id >= 0;
            }
            else if (reader.ValueTextEquals("room"u8))
            {
                room = ReadString(ref reader, ref isValid);
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                sender = ReadString(ref reader, ref isValid);
            }
            else if (reader.ValueTextEquals("to"u8))
            {
                to = ReadString(ref reader, ref isValid);
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                text = ReadString(ref reader, ref isValid);
            }
            else if (reader.ValueTextEquals("time"u8))
            {
                string? value = ReadString(ref reader, ref isValid);
                time = DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime parsed)
                    ? parsed : null;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!isValid || kind is null || sender is null || text is null || time is null)
        {
            return false;
        }

        message = new RoomMessage { Id = id, Kind = kind.Value, Room = room, Sender = sender, To = to, Text = text, SentAtUtc = time.Value };
        return true;
    }

    private static RoomMessageKind? ReadKind(ref Utf8JsonReader reader)
    {
        reader.Read();
        for (int kind = 0; kind < s_kinds.Length && reader.TokenType == JsonTokenType.String; kind++)
        {
            if (reader.ValueTextEquals(s_kinds[kind]))
            {
                return (RoomMessageKind)kind;
            }
        }

        reader.Skip();
        return null;
    }

    private static string? ReadString(ref Utf8JsonReader reader, ref bool isValid)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        isValid &= reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return null;
    }
}
