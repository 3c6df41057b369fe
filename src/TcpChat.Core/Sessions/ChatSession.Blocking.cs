using TcpChat.Errors;

namespace TcpChat.Sessions;

/// <content>
/// For scripts that call the object itself, which costs them less than a command a message. These calls block, and Ctrl+C
/// ends them only when their time is up: where that matters, use Send-TcpMessage and Receive-TcpMessage.
/// </content>
public sealed partial class ChatSession
{
    private const double DefaultTimeoutSec = 30;

    /// <summary>Sends text as one message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="timeoutSec">How long to wait for room in the outbox, in seconds.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.SessionClosed"/>, <see cref="ChatErrorCode.TextNotEncodable"/> or <see cref="ChatErrorCode.SendTimeout"/>.
    /// </exception>
    public void Send(string text, double timeoutSec = DefaultTimeoutSec) => SendBlocking(Wrap(text), timeoutSec);

    /// <summary>Sends bytes as one message.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="timeoutSec">How long to wait for room in the outbox, in seconds.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionClosed"/> or <see cref="ChatErrorCode.SendTimeout"/>.</exception>
    public void Send(byte[] bytes, double timeoutSec = DefaultTimeoutSec) => SendBlocking(Wrap(bytes), timeoutSec);

    /// <summary>Takes the next message, waiting for it; null when none will come any more.</summary>
    /// <param name="timeoutSec">How long to wait, in seconds; 0: only look.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.ReceiveTimeout"/>.</exception>
    public ChatMessage? Receive(double timeoutSec = DefaultTimeoutSec)
    {
        if (Inbox.TryTake(out ChatMessage? message))
        {
            return message;
        }

        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(timeoutSec), _options.TimeProvider);
        try
        {
            return ReceiveAsync(deadline.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new ChatException(ChatErrorCode.ReceiveTimeout, $"No message from the session {Id} ({Name}) within {timeoutSec:0.###} s.");
        }
    }

    private void SendBlocking(byte[] frame, double timeoutSec)
    {
        if (TrySend(frame, 1, borrowed: false))
        {
            return;
        }

        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(timeoutSec), _options.TimeProvider);
        try
        {
            WaitAndSendAsync(frame, 1, borrowed: false, deadline.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new ChatException(ChatErrorCode.SendTimeout, $"The session {Id} ({Name}) had no room for the message within {timeoutSec:0.###} s.");
        }
    }
}
