namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The examples, run as the README says.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task The_first_conversation_is_held_line_by_line()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-File", Path.Combine(Repository.Root, "examples", "first-conversation.ps1"));

        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("Server   listens at 127.0.0.1:", outcome.Lines[0], StringComparison.Ordinal);
        Assert.Equal(
            [
                "Server   heard ClientA say:  Hi! I'm ClientA!",
                "ClientA  heard the server say:  Hi! ClientA! I'm Server!",
                "Server   heard ClientB say:  Hi! I'm ClientB!",
                "ClientB  heard the server say:  Hi! ClientB! I'm Server!",
                "Server   heard ClientA say:  Bye~~~",
                "ClientA  heard the server say:  Bye~~",
                "Server   saw ClientA leave:  PeerClosed",
                "Server   heard ClientB say:  Bye~~",
                "ClientB  heard the server say:  Bye~~",
                "Server   saw ClientB leave:  PeerClosed",
                "Server   stopped; 2 clients, 4 messages in, 4 out",
            ],
            outcome.Lines[1..]);
    }
}
