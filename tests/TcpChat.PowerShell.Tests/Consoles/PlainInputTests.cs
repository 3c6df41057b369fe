using System.Management.Automation;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>Enter-TcpChat where there is no terminal: it reads what lines there are, writes lines, and never fails.</summary>
public sealed class PlainInputTests : IDisposable
{
    private readonly Engine _engine = new();

    public PlainInputTests() => _engine.Run(
        "$server = Start-TcpChatServer; $client = Connect-TcpChat 127.0.0.1 $server.Port; $remote = Wait-TcpChatSession -Server $server");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Without_any_host_what_comes_is_shown_until_the_peer_closes()
    {
        string shown = _engine.Text(
            """
            'one', 'two' | Send-TcpMessage -Session $remote
            Disconnect-TcpChat $remote
            Enter-TcpChat $client 6>&1 | ForEach-Object { "$_" -replace '^\d\d:\d\d:\d\d ' }
            """);
        Assert.Equal("server say:one|server say:two|server shutdown!", shown);
    }

    [Fact]
    public void Without_any_host_a_silent_peer_is_left_after_a_time()
    {
        Assert.Equal("Open", _engine.Text("Enter-TcpChat $client -IdleTimeoutSec 0.05 6>&1; $client.State"));
        Assert.Equal("Running", _engine.Text("Enter-TcpChat -AsOperator $server -IdleTimeoutSec 0.05 6>&1; $server.State"));
    }

    [Fact]
    public void A_session_that_is_over_is_read_to_its_end_and_then_an_error()
    {
        _engine.Run("'last' | Send-TcpMessage -Session $remote; Disconnect-TcpChat $remote; $null = Wait-TcpChatSession $client");
        Assert.Equal("server say:last|server shutdown!", _engine.Text("Enter-TcpChat $client 6>&1 | ForEach-Object { \"$_\" -replace '^\\d\\d:\\d\\d:\\d\\d ' }"));
        ErrorRecord error = _engine.Error("Enter-TcpChat $client");
        Assert.Equal("SessionClosed", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(ErrorCategory.ResourceUnavailable, error.CategoryInfo.Category);
    }

    [Theory]
    [InlineData("Enter-TcpChat $client -Framing Raw", "PositionalParameterNotFound", ErrorCategory.InvalidArgument)]
    [InlineData("Enter-TcpChat -AsOperator $server -Encoding latin1", "AmbiguousParameterSet", ErrorCategory.InvalidArgument)]
    [InlineData("Enter-TcpChat nosuch", "ParameterArgumentTransformationError", ErrorCategory.InvalidData)]
    [InlineData("$gone = Start-TcpChatServer; Stop-TcpChatServer $gone; Enter-TcpChat -Port $gone.Port", "ConnectionRefused", ErrorCategory.ConnectionError)]
    public void Each_error_has_its_id_and_category(string script, string id, ErrorCategory category)
    {
        ErrorRecord error = _engine.Error(script);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
    }

    [Fact]
    public void An_operator_who_is_stopped_takes_no_message_that_was_not_shown()
    {
        string heard = _engine.Text(
            """
            'one' | Send-TcpMessage -Session $client
            $shown = 0
            do {
                Enter-TcpChat -AsOperator $server -IdleTimeoutSec 20 6>&1 | ForEach-Object {
                    $shown++
                    if ($shown -eq 1) {
                        $late = Connect-TcpChat 127.0.0.1 $server.Port
                        'two' | Send-TcpMessage -Session $late
                        $null = [Threading.SpinWait]::SpinUntil({ @($server.Sessions | Where-Object InboxLength -gt 0).Count -gt 0 }, 10000)
                    }
                    else {
                        "$_" -replace '.*(?=is here)'
                        break
                    }
                }
            } while ($false)
            (Receive-TcpMessage -Server $server -TimeoutSec 0).Text
            """);
        Assert.Equal("is here|two", heard);
    }

    [Fact]
    public void Sessions_that_other_processes_hold_cannot_be_sat_at()
    {
        ErrorRecord error = _engine.Error("$process = Start-TcpChatServer -Model Process -ScriptBlock { }; Enter-TcpChat -AsOperator $process");
        Assert.Equal("SessionInOtherProcess", error.FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public async Task The_lines_of_the_standard_input_of_tcpchat_are_sent_and_the_answers_shown()
    {
        using TemporaryFolder folder = new();
        string script = folder.Write("plain.ps1", "$server = Start-TcpChatServer -OnMessage { \"you said $_\" }\nEnter-TcpChat -Port $server.Port -IdleTimeoutSec 1\n'done'");
        HostOutcome outcome = await HostProcess.RunAsync(["-NoProfile", "-File", script], "one\n\nzwei \u00FC\n");
        Assert.Equal(
            ["server say:you said one", "server say:you said ", "server say:you said zwei \u00FC", "done"],
            outcome.Lines.Select(static l => l.Contains("server say", StringComparison.Ordinal) ? l[9..] : l));
        Assert.Empty(outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }
}
