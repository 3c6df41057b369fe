using System.Text;
using TcpChat.Framing;
using TcpChat.Threading;
using TcpChat.Transcripts;

namespace TcpChat.Sessions;

/// <summary>How sessions behave. Shared by all sessions of a server, so never changed once a session uses it.</summary>
public sealed record SessionOptions
{
    /// <summary>The largest message that is received, in bytes, framing not included: 1 MiB unless set.</summary>
    public const int DefaultMaximumMessageSize = 1 << 20;

    /// <summary>How many received messages wait at most unless set.</summary>
    public const int DefaultInboxLimit = 1024;

    /// <summary>How many bytes wait at most to be sent unless set: 1 MiB.</summary>
    public const int DefaultOutboxByteLimit = 1 << 20;

    /// <summary>UTF-8 without a byte order mark, the default encoding.</summary>
    public static Encoding DefaultEncoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>How messages are cut.</summary>
    public MessageFraming Framing { get; init; } = new LineFraming();

    /// <summary>How text becomes bytes.</summary>
    public Encoding Encoding { get; init; } = DefaultEncoding;

    /// <summary>The largest message that is received, in bytes; a larger one closes the session.</summary>
    public int MaximumMessageSize { get; init; } = DefaultMaximumMessageSize;

    /// <summary>How many received messages wait at most before reading stops.</summary>
    public int InboxLimit { get; init; } = DefaultInboxLimit;

    /// <summary>How many bytes of received messages wait at most before reading stops; a single larger message is let in.</summary>
    public long InboxByteLimit { get; init; } = 1 << 20;

    /// <summary>How many bytes wait at most to be sent; a single larger message is let in when nothing else waits.</summary>
    public long OutboxByteLimit { get; init; } = DefaultOutboxByteLimit;

    /// <summary>What happens when the outbox is full.</summary>
    public OutboxPolicy OutboxPolicy { get; init; } = OutboxPolicy.Wait;

    /// <summary>
    /// How long this side may still answer after the peer has said that it will send no more, counted anew from each
    /// message taken or sent; a twentieth of it once all that the peer said was taken and answered. Zero: the session
    /// closes as soon as the outbox is empty.
    /// </summary>
    public TimeSpan HalfCloseTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How long a closed session waits in the background for the peer to close too, so that what was sent last is not cut off.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a session that the peer has closed, or that broke a rule, may take to send what its outbox holds.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where its messages and events are written down; null: nowhere.</summary>
    public Transcript? Transcript { get; init; }

    /// <summary>The clock; another one in tests.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A limit is below one, or a time is negative.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumMessageSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InboxLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InboxByteLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutboxByteLimit, 1);
        WaitTime.ThrowIfInvalid(HalfCloseTimeout);
        WaitTime.ThrowIfInvalid(LingerTimeout);
        WaitTime.ThrowIfInvalid(DrainTimeout);
    }
}
