using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>How facts are written and read, without looking at types at run time, which would make the start slower.</summary>
[JsonSerializable(typeof(ProcessSetup))]
[JsonSerializable(typeof(AcceptedFacts))]
[JsonSerializable(typeof(SessionTotals))]
[JsonSerializable(typeof(EndedFacts))]
[JsonSerializable(typeof(ErrorFacts))]
[JsonSerializable(typeof(InformationFacts))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
internal sealed partial class ProcessJson : JsonSerializerContext
{
    public static byte[] Write<T>(T facts, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(facts, type);

    /// <exception cref="InvalidDataException">The payload is not what its kind says.</exception>
    public static T Read<T>(Frame frame, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(frame.Payload, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A frame {frame.Kind} between a server and a process of its handlers cannot be read: {e.Message}", e);
        }
    }
}
