namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends a line for each way in which bytes fail to be UTF-8, then a good one.</summary>
public sealed class BadUtf8Behavior(Ending then = Ending.Read) : PeerBehavior
{
    /// <summary>What it sends.</summary>
    public static ReadOnlyMemory<byte> Payload { get; } = (byte[])
    [
        .. "lone continuation "u8, 0x80, (byte)'\n',
        .. "lead without continuation "u8, 0xC3, (byte)'(', (byte)'\n',
        .. "overlong slash "u8, 0xC0, 0xAF, (byte)'\n',
        .. "surrogate "u8, 0xED, 0xA0, 0x80, (byte)'\n',
        .. "beyond Unicode "u8, 0xF4, 0x90, 0x80, 0x80, (byte)'\n',
        .. "never a byte of UTF-8 "u8, 0xFE, 0xFF, (byte)'\n',
        .. "cut off by the line end "u8, 0xE2, 0x82, (byte)'\n',
        .. "ok\n"u8,
    ];

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        await connection.SendAsync(Payload, cancellationToken).ConfigureAwait(false);
        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
