using System.Globalization;
using TcpChat.Commands;
using TcpChat.Display;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Consoles;

/// <summary>All conversations of a server, as its operator sees them: who comes, says what, and goes.</summary>
internal sealed class ServerConversation : IConversation
{
    private const string Everyone = "all";

    /// <summary>How long a line waits for a session that does not read; the others do not wait longer for the next line.</summary>
    private static readonly TimeSpan s_sendLimit = TimeSpan.FromSeconds(5);

    private readonly TcpChatServerJob _job;
    private readonly ChatServer _server;
    private readonly string? _note;
    private readonly Task _stopped;
    private readonly HashSet<int> _known;
    private readonly Dictionary<int, ChatSession> _present;
    private readonly Queue<string> _lines = new();
    private Task<bool>? _arrival;
    private ChatSession? _target;
    private int _version = -1;
    private bool _endIsTold;

    public ServerConversation(TcpChatServerJob job, string? note, CancellationToken stop)
    {
        _job = job;
        _server = job.Server;
        _note = note;
        _stopped = _server.WaitForStopAsync(stop);
        _present = _server.Sessions.ToDictionary(static s => s.Id);
        _known = [.. _present.Keys, .. _server.EndedSessions.Select(static s => s.Id)];
    }

    public string Prompt => $"you want to say to {_target?.Id.ToString(CultureInfo.InvariantCulture) ?? Everyone}:";

    public IReadOnlyList<string> Opening =>
    [
        $"{Talk.Mark}Server {DisplayText.Clean(_job.Name)} at {_job.Location}. /exit or Ctrl+D leaves, /help tells more.",
        .. _note is null ? (string[])[] : [Talk.Mark + _note],
        .. Who(),
    ];

    public IReadOnlyDictionary<string, string> Commands { get; } = new Dictionary<string, string>
    {
        ["to"] = "chooses who hears the next lines: /to 3, /to name or /to all",
        ["who"] = "lists the sessions",
    };

    public bool HasEnded => _endIsTold;

    public string? Take()
    {
        if (_lines.Count == 0)
        {
            Look();
        }

        return _lines.TryDequeue(out string? line) ? line : null;
    }

    public Task WaitToTakeAsync(CancellationToken cancellationToken)
    {
        Task change = _server.Changed.Next;
        if (_server.Version != _version)
        {
            return Task.CompletedTask;
        }

        // One wait at a time; one that has said that nothing will come is not asked again.
        if (_arrival is null || (_arrival.IsCompletedSuccessfully && _arrival.GetAwaiter().GetResult()))
        {
            _arrival = _server.Inbox.WaitToTakeAsync(cancellationToken).AsTask();
        }

        bool isOver = _arrival.IsCompletedSuccessfully && !_arrival.GetAwaiter().GetResult();
        return isOver ? Task.WhenAny(change, _stopped) : Task.WhenAny(change, _stopped, _arrival);
    }

    public Func<CancellationToken, Task<string?>> Address(string text)
    {
        ChatSession[] to = _target is { } target ? [target] : [.. _server.Sessions.Where(static s => s.CanSend)];
        return stop => SendAsync(text, to, stop);
    }

    public IReadOnlyList<string> Run(string command, string argument) => command == "who" ? Who() : Choose(argument);

    private static string Label(ChatSession session) => $"client {session.Id} {DisplayText.Clean(session.UserName ?? session.Name)}";

    /// <summary>Finds the next thing to tell. A session's coming is told before its messages, its going after them.</summary>
    private void Look()
    {
        int version = _server.Version;
        if (version != _version)
        {
            _version = version;
            IReadOnlyList<ChatSession> all = _server.AllSessions;
            foreach (ChatSession session in all)
            {
                Meet(session);
            }

            _known.IntersectWith(all.Select(static s => s.Id));
        }

        if (_server.Inbox.TryPeek(out ChatMessage? next))
        {
            Meet(next.Session);
        }

        if (_lines.Count > 0)
        {
            // A message is taken only when it is the next thing to show, or it would be lost if the console were left before.
            return;
        }

        if (_server.Inbox.TryTake(out ChatMessage? message))
        {
            _lines.Enqueue(ConsoleText.Say(message.ReceivedAt, Label(message.Session), message.Text));
            return;
        }

        foreach (ChatSession session in _present.Values.Where(static s => s.State == ChatSessionState.Closed && s.InboxLength == 0).ToArray())
        {
            _present.Remove(session.Id);
            _lines.Enqueue(ConsoleText.At(session.ClosedAt ?? DateTime.Now, CloseText.Of(session, Label(session))));
        }

        if (_lines.Count == 0 && _stopped.IsCompletedSuccessfully && !_endIsTold)
        {
            _endIsTold = true;
            _lines.Enqueue(ConsoleText.At(DateTime.Now, "server stopped"));
        }
    }

    private void Meet(ChatSession session)
    {
        if (_known.Add(session.Id))
        {
            _present.Add(session.Id, session);
            _lines.Enqueue(ConsoleText.At(session.ConnectedAt, $"{Label(session)} is here"));
        }
    }

    private List<string> Who()
    {
        List<string> list = [.. _server.Sessions.Select(static s => string.Create(
            CultureInfo.InvariantCulture,
            $"{Talk.Mark}{Label(s)}  {s.State} since {s.ConnectedAt:HH:mm:ss}, {s.MessagesReceived} in, {s.MessagesSent} out"))];
        return list.Count > 0 ? list : [$"{Talk.Mark}There is no client yet."];
    }

    private string[] Choose(string whom)
    {
        if (whom.Equals(Everyone, StringComparison.OrdinalIgnoreCase))
        {
            _target = null;
            return [];
        }

        ChatSession? found = _server.Sessions.FirstOrDefault(s =>
            s.Id.ToString(CultureInfo.InvariantCulture) == whom
            || whom.Equals(s.UserName, StringComparison.OrdinalIgnoreCase)
            || whom.Equals(s.Name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            return [$"{Talk.Mark}There is no session '{DisplayText.Clean(whom)}': /who lists them."];
        }

        _target = found;
        return [];
    }

    private static async Task<string?> SendAsync(string text, ChatSession[] to, CancellationToken stop)
    {
        if (to.Length == 0)
        {
            return "Not sent: nobody is here.";
        }

        using Deadline deadline = new(s_sendLimit, stop);
        FrameCache frames = new(text);
        List<Task<string?>> sending = [.. to.Select(session => SendAsync(frames, session, deadline))];
        string?[] problems = await Task.WhenAll(sending).ConfigureAwait(false);
        return problems.All(static p => p is null) ? null : string.Join('\n' + Talk.Mark, problems.OfType<string>());
    }

    private static async Task<string?> SendAsync(FrameCache frames, ChatSession session, Deadline deadline)
    {
        try
        {
            await session.SendFramesAsync(frames.For(session), 1, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (ChatException e)
        {
            return $"Not sent: {e.Message}";
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return $"Not sent: {Label(session)} does not read; {session.OutboxLength} bytes wait for it.";
        }
    }
}
