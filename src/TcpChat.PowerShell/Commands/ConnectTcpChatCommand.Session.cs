using System.Management.Automation;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Commands;

/// <content>How the sessions behave that it gives. A server's parameters of these names are in <see cref="SessionOptionsCommand"/>.</content>
public sealed partial class ConnectTcpChatCommand
{
    private Transcript? _transcript;

    /// <summary>The largest message that is received, in bytes. A larger one closes the session with MessageTooLarge.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int MaximumMessageSize { get; set; } = SessionOptions.DefaultMaximumMessageSize;

    /// <summary>How many received messages wait at most before reading stops.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int InboxLimit { get; set; } = SessionOptions.DefaultInboxLimit;

    /// <summary>How many bytes wait at most to be sent.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int OutboxByteLimit { get; set; } = SessionOptions.DefaultOutboxByteLimit;

    /// <summary>What happens to a message that does not fit into the outbox.</summary>
    [Parameter]
    public OutboxPolicy OutboxPolicy { get; set; }

    /// <summary>How long this side may still answer after the peer has said that it will send no more, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double HalfCloseTimeoutSec { get; set; }

    /// <summary>A file to append every message and event to, as JSON Lines: no wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TranscriptPath { get; set; }

    private SessionOptions GetSessionOptions() => new()
    {
        Framing = MakeFraming(Framing, Delimiter, LineEnding, Encoding),
        Encoding = Encoding,
        MaximumMessageSize = MaximumMessageSize,
        InboxLimit = InboxLimit,
        OutboxByteLimit = OutboxByteLimit,
        OutboxPolicy = OutboxPolicy,
        HalfCloseTimeout = TimeSpan.FromSeconds(HalfCloseTimeoutSec),
        Transcript = TranscriptPath is null ? null : _transcript ??= TranscriptOpening.Open(this, TranscriptPath),
    };
}
