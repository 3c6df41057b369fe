namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>Which foreign client holds a dialogue.</summary>
public enum TalkerKind
{
    /// <summary>ncat, which sends lines.</summary>
    Ncat,

    /// <summary>The client in C, which sends text with no line end.</summary>
    SayClient,
}

/// <summary>A client that knows nothing of us, in a dialogue with a server of ours.</summary>
internal sealed class Talker : IDisposable
{
    private readonly ForeignProgram _program;
    private readonly string _beforeAnswer;

    private Talker(ForeignProgram program, string beforeAnswer)
    {
        _program = program;
        _beforeAnswer = beforeAnswer;
    }

    public bool HasHeardNothing => _program.HasSaidNothing;

    /// <summary>The framing that a server needs for clients of this kind.</summary>
    public static string FramingFor(TalkerKind kind) => kind == TalkerKind.Ncat ? "Line" : "Raw";

    public static Talker Connect(TalkerKind kind, SayClient sayClient, int port) => kind == TalkerKind.Ncat
        ? new Talker(ForeignProgram.Start("ncat", "127.0.0.1", $"{port}"), string.Empty)
        : new Talker(sayClient.Connect(port), "server say:");

    public void Say(string text) => _program.Write(text + "\n");

    public async Task HearAsync(string answer) => Assert.Equal(_beforeAnswer + answer, await _program.ReadLineAsync());

    public async Task TalkAsync(string text, string answer)
    {
        Say(text);
        await HearAsync(answer);
    }

    /// <summary>Ends its side, and waits until it has gone.</summary>
    public async Task LeaveAsync()
    {
        _program.EndInput();
        await _program.WaitForExitAsync();
    }

    /// <summary>Sees that the server has gone, as the client in C does when it says one more thing; ncat does not tell, but leaves.</summary>
    public async Task SeeServerGoneAsync()
    {
        if (_beforeAnswer.Length > 0)
        {
            Say("1");
            Assert.Equal(" server shutdown!", await _program.ReadLineAsync());
        }

        await LeaveAsync();
    }

    public void Dispose() => _program.Dispose();
}
