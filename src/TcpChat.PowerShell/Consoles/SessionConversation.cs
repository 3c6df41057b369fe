using TcpChat.Display;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Consoles;

/// <summary>The conversation of one session, in the words of the two ends of a socket: server and client.</summary>
internal sealed class SessionConversation(ChatSession session, string? note) : IConversation
{
    private readonly string _peer = session.IsServerSide ? "client" : "server";
    private bool _endIsTold;

    public string Prompt => session.IsServerSide ? "you want to say:" : "You want to say:";

    public IReadOnlyList<string> Opening =>
    [
        $"{Talk.Mark}Session {session.Id}, {_peer} {DisplayText.Clean(session.Name)}. /exit or Ctrl+D leaves, /help tells more.",
        .. note is null ? (string[])[] : [Talk.Mark + note],
    ];

    public IReadOnlyDictionary<string, string> Commands { get; } = new Dictionary<string, string>();

    public bool HasEnded => _endIsTold;

    public string? Take()
    {
        if (session.Inbox.TryTake(out ChatMessage? message))
        {
            return ConsoleText.Say(message.ReceivedAt, session.UserName is { } user ? DisplayText.Clean(user) : _peer, message.Text);
        }

        if (_endIsTold || !session.Inbox.IsFinished)
        {
            return null;
        }

        _endIsTold = true;
        return ConsoleText.At(session.ClosedAt ?? DateTime.Now, CloseText.Of(session, _peer));
    }

    public Task WaitToTakeAsync(CancellationToken cancellationToken) => session.Inbox.WaitToTakeAsync(cancellationToken).AsTask();

    public Func<CancellationToken, Task<string?>> Address(string text) => stop => SendAsync(text, stop);

    public IReadOnlyList<string> Run(string command, string argument) => [];

    private async Task<string?> SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await session.SendAsync(text, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ChatException e)
        {
            return $"Not sent: {e.Message}";
        }
    }
}
