using System.Globalization;
using System.Net;

namespace TcpChat.TestPeer;

/// <summary>What the program was asked to do. Wrong arguments are a <see cref="FormatException"/>.</summary>
internal sealed record CommandLine(string Command, string? Behavior, EndPoint? Target, IPAddress Address, int Port, bool UntilEof)
{
    private const string Usage =
        "Usage: listen <behavior> [--port N] [--address A] [--until-eof], connect <host:port> <behavior> [--until-eof], or list.";

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var words = new List<string>();
        var (address, port, untilEof) = (IPAddress.Loopback, 0, false);
        using var rest = arguments.GetEnumerator();
        while (rest.MoveNext())
        {
            switch (rest.Current)
            {
                case "--port":
                    port = ParsePort(Value(rest));
                    break;
                case "--address":
                    var text = Value(rest);
                    address = IPAddress.TryParse(text, out var parsed) ? parsed : throw new FormatException($"'{text}' is not an address.");
                    break;
                case "--until-eof":
                    untilEof = true;
                    break;
                case var word when word.StartsWith('-'):
                    throw new FormatException($"There is no option {word}.");
                case var word:
                    words.Add(word);
                    break;
            }
        }

        return words switch
        {
            ["list"] => new("list", null, null, address, port, untilEof),
            ["listen", var behavior] => new("listen", behavior, null, address, port, untilEof),
            ["connect", var target, var behavior] => new("connect", behavior, ParseTarget(target), address, port, untilEof),
            _ => throw new FormatException(Usage),
        };
    }

    private static string Value(IEnumerator<string> rest)
    {
        var option = rest.Current;
        return rest.MoveNext() ? rest.Current : throw new FormatException($"{option} needs a value.");
    }

    private static EndPoint ParseTarget(string target)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0)
        {
            throw new FormatException($"'{target}' is not host:port.");
        }

        var host = target[..colon].Trim('[', ']');
        var port = ParsePort(target[(colon + 1)..]);
        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    private static int ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new FormatException($"'{text}' is not a port.");
}
