using System.Management.Automation;
using System.Text;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Framing;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Commands;

/// <summary>What a command that starts a server says about its sessions: how messages are cut, and how much may wait.</summary>
public abstract class SessionOptionsCommand : FramingCommand
{
    /// <summary>How messages are cut out of the stream. Default: Line, or Delimiter where -Delimiter is given.</summary>
    [Parameter]
    public FramingKind Framing { get; set; }

    /// <summary>What ends a message: text or bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Delimiter { get; set; }

    /// <summary>What ends a line that is sent. Both are accepted on receiving.</summary>
    [Parameter]
    public LineEnding LineEnding { get; set; }

    /// <summary>The encoding of text. Default: UTF-8 without a byte order mark.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNull]
    public Encoding Encoding { get; set; } = SessionOptions.DefaultEncoding;

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

    /// <summary>The transcript, once it is open.</summary>
    private protected Transcript? Transcript { get; private set; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            // The sessions keep it open.
            Transcript?.Dispose();
        }
    }

    /// <summary>The session's options as the parameters say.</summary>
    private protected SessionOptions GetSessionOptions() => new()
    {
        Framing = MakeFraming(Framing, Delimiter, LineEnding, Encoding),
        Encoding = Encoding,
        MaximumMessageSize = MaximumMessageSize,
        InboxLimit = InboxLimit,
        OutboxByteLimit = OutboxByteLimit,
        OutboxPolicy = OutboxPolicy,
        HalfCloseTimeout = TimeSpan.FromSeconds(HalfCloseTimeoutSec),
        Transcript = TranscriptPath is null ? null : Transcript ??= TranscriptOpening.Open(this, TranscriptPath),
    };
}
