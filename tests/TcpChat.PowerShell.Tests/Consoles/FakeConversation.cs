using TcpChat.Consoles;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>A conversation without a network.</summary>
internal sealed class FakeConversation : IConversation
{
    private readonly Queue<string> _lines = new();
    private TaskCompletionSource _arrival = new();
    private bool _ended;

    public string Prompt { get; set; } = "say:";

    public IReadOnlyList<string> Opening { get; init; } = [];

    public IReadOnlyDictionary<string, string> Commands { get; } = new Dictionary<string, string> { ["to"] = "chooses" };

    public bool HasEnded => _ended && _lines.Count == 0;

    /// <summary>What was sent, in order.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Lines that nobody has taken.</summary>
    public int Waiting => _lines.Count;

    /// <summary>What each sending waits for.</summary>
    public Task Road { get; set; } = Task.CompletedTask;

    /// <summary>Done when the console has nothing to do and waits.</summary>
    public Action OnWait { get; set; } = static () => { };

    /// <summary>What sending says of a line; null: nothing.</summary>
    public Func<string, string?> Problem { get; set; } = static _ => null;

    public void Say(params IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            _lines.Enqueue(line);
        }

        Interlocked.Exchange(ref _arrival, new TaskCompletionSource()).TrySetResult();
    }

    public void End(string line)
    {
        _ended = true;
        Say(line);
    }

    public string? Take() => _lines.TryDequeue(out string? line) ? line : null;

    public Task WaitToTakeAsync(CancellationToken cancellationToken)
    {
        OnWait();
        return _lines.Count > 0 || _ended ? Task.CompletedTask : _arrival.Task.WaitAsync(cancellationToken);
    }

    public Func<CancellationToken, Task<string?>> Address(string text)
    {
        string prompt = Prompt;
        return async stop =>
        {
            await Road.WaitAsync(stop);
            Sent.Add(prompt == "say:" ? text : $"{prompt}{text}");
            return Problem(text);
        };
    }

    public IReadOnlyList<string> Run(string command, string argument)
    {
        Prompt = $"say to {argument}:";
        return [$"-- now to {argument}"];
    }
}
