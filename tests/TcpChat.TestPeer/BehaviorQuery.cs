using System.Globalization;
using System.Text;

namespace TcpChat.TestPeer;

/// <summary>The options of a behaviour, written as the query of a URI: <c>name?key=value&amp;key=value</c>, percent-encoded.</summary>
internal sealed class BehaviorQuery
{
    private static readonly string[] s_payloadKeys = ["text", "hex", "base64"];

    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _known = [];

    private BehaviorQuery(string name) => Name = name;

    public string Name { get; }

    public static BehaviorQuery Parse(string specification)
    {
        var mark = specification.IndexOf('?', StringComparison.Ordinal);
        var query = new BehaviorQuery(mark < 0 ? specification : specification[..mark]);
        var pairs = mark < 0 ? "" : specification[(mark + 1)..];
        foreach (var pair in pairs.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw query.Error($"'{pair}' is not key=value");
            }

            if (!query._values.TryAdd(pair[..equals], pair[(equals + 1)..]))
            {
                throw query.Error($"'{pair[..equals]}' is given twice");
            }
        }

        return query;
    }

    /// <summary>Complains about keys that the behaviour did not ask for.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in _values.Keys.Where(key => !_known.Contains(key)))
        {
            throw Error($"there is no option '{key}' (it takes {(_known.Count == 0 ? "none" : string.Join(", ", _known.Order()))})");
        }
    }

    public int Number(string key, int otherwise, int minimum = 0) =>
        Raw(key) is { } value ? (int)ParseNumber(key, value, minimum, int.MaxValue) : otherwise;

    public uint UnsignedNumber(string key, uint otherwise) =>
        Raw(key) is { } value ? (uint)ParseNumber(key, value, 0, uint.MaxValue) : otherwise;

    public IReadOnlyList<int> Numbers(string key) =>
        Raw(key)?.Split(',').Select(value => (int)ParseNumber(key, value, 0, int.MaxValue)).ToArray()
            ?? throw Error($"'{key}' is needed");

    public bool Flag(string key) => Raw(key) switch
    {
        null or "false" or "0" => false,
        "true" or "1" => true,
        var value => throw Error($"{key} is true or false, not '{value}'"),
    };

    public Ending Then(Ending otherwise = Ending.Read) => Raw("then") switch
    {
        null => otherwise,
        "read" => Ending.Read,
        "half-close" => Ending.HalfClose,
        "close" => Ending.Close,
        "reset" => Ending.Reset,
        "hold" => Ending.Hold,
        var value => throw Error($"then is read, half-close, close, reset or hold, not '{value}'"),
    };

    /// <summary>The bytes to send, from text, hex or base64, and the line end.</summary>
    public byte[] Payload(string textKey = "text")
    {
        var (key, value) = PayloadValue(textKey);
        return [.. Decode(key, textKey, value), .. LineEnd(key == textKey)];
    }

    /// <summary>The same for a list: the comma separates, so that a comma in a text is written %2C.</summary>
    public IReadOnlyList<byte[]> Payloads(bool lineEnds = true)
    {
        var (key, value) = PayloadValue("text");
        var end = lineEnds ? LineEnd(key == "text") : [];
        return [.. value.Split(',').Select(part => (byte[])[.. Decode(key, "text", part), .. end])];
    }

    private (string Key, string Value) PayloadValue(string textKey)
    {
        string[] keys = [textKey, .. s_payloadKeys[1..]];
        var given = keys.Where(key => Raw(key) is not null).ToArray();
        return given.Length == 1
            ? (given[0], _values[given[0]])
            : throw Error($"give one of {string.Join(", ", keys)}");
    }

    private byte[] Decode(string key, string textKey, string value)
    {
        var plain = Uri.UnescapeDataString(value);
        try
        {
            return key == textKey ? Encoding.UTF8.GetBytes(plain)
                : key == "hex" ? Convert.FromHexString(plain)
                : Convert.FromBase64String(plain);
        }
        catch (FormatException)
        {
            throw Error($"'{plain}' is not {key}");
        }
    }

    // Bytes are sent as they are; a text is a line unless something else is asked for.
    private byte[] LineEnd(bool isText) => Raw("end") switch
    {
        null => isText ? "\n"u8.ToArray() : [],
        "lf" => "\n"u8.ToArray(),
        "crlf" => "\r\n"u8.ToArray(),
        "none" => [],
        var value => throw Error($"end is lf, crlf or none, not '{value}'"),
    };

    private long ParseNumber(string key, string value, long minimum, long maximum) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw Error($"{key} is a number from {minimum} to {maximum}, not '{value}'");

    private string? Raw(string key)
    {
        _known.Add(key);
        return _values.GetValueOrDefault(key);
    }

    private FormatException Error(string what) => new($"{Name}: {what}.");
}
