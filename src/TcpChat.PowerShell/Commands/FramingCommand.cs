using System.Text;
using TcpChat.Binding;
using TcpChat.Framing;

namespace TcpChat.Commands;

/// <summary>What the commands share that have the parameters -Framing, -Delimiter, -LineEnding and -Encoding.</summary>
public abstract class FramingCommand : ChatCommand
{
    /// <summary>The framing that the parameters ask for; ends the command where they make no sense together.</summary>
    private protected MessageFraming MakeFraming(FramingKind framing, object? delimiter, LineEnding lineEnding, Encoding encoding)
    {
        FramingKind kind = delimiter is not null && !MyInvocation.BoundParameters.ContainsKey("Framing") ? FramingKind.Delimiter : framing;
        if (kind == FramingKind.Delimiter && delimiter is null)
        {
            ThrowInvalidArgument("DelimiterMissing", "The framing Delimiter needs the parameter -Delimiter.");
        }

        if (kind != FramingKind.Delimiter && delimiter is not null)
        {
            ThrowInvalidArgument("DelimiterNotUsed", $"-Delimiter has no meaning with the framing {kind}.", delimiter);
        }

        if (kind != FramingKind.Line && MyInvocation.BoundParameters.ContainsKey("LineEnding"))
        {
            ThrowInvalidArgument("LineEndingNotUsed", $"-LineEnding has no meaning with the framing {kind}.", lineEnding);
        }

        return kind switch
        {
            FramingKind.Raw => new RawFraming(),
            FramingKind.LengthPrefixed => new LengthPrefixedFraming(),
            FramingKind.Delimiter => new DelimiterFraming(Payload.ToBytes(delimiter!, encoding)),
            _ => new LineFraming(encoding, lineEnding),
        };
    }
}
