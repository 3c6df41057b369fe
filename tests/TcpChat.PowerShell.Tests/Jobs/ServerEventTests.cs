using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Jobs;

/// <summary>A server's events, as the engine subscribes to them. Register-ObjectEvent, which does the same, is not the engine's.</summary>
public sealed class ServerEventTests(Engine engine) : IClassFixture<Engine>
{
    /// <summary>
    /// Waits until the script has heard of so many events, as a script waits: between statements, where the engine runs actions. The
    /// engine hands events on by the thread pool, so that close ones may change places; their identifiers have the order.
    /// </summary>
    private const string Take =
        """
        function Take([int] $Count) {
            $until = [DateTime]::UtcNow.AddSeconds(20)
            while ($heard.Count -lt $Count -and [DateTime]::UtcNow -lt $until) { [System.Threading.Thread]::Yield() | ForEach-Object { } }
            $ids = [int[]]@($heard.Keys)
            [array]::Sort($ids)
            $ids | ForEach-Object { $heard[$_] }
        }
        function On($Source, [string] $Event, [scriptblock] $Action) {
            $null = $ExecutionContext.Events.SubscribeEvent($Source, $Event, [guid]::NewGuid().ToString(), $heard, $Action, $true, $false)
        }
        $heard = [System.Collections.Concurrent.ConcurrentDictionary[int, string]]::new()

        """;

    [Fact]
    public void A_script_hears_of_sessions_and_messages_in_their_order() => Assert.Equal(
        "opened True|message 1|message 2|message 3|closed PeerClosed",
        engine.Text(Take +
            """
            $server = Start-TcpChatServer -HalfCloseTimeoutSec 0
            On $server SessionOpened { $Event.MessageData[$Event.EventIdentifier] = "opened $([object]::ReferenceEquals($Sender, $server))" }
            On $server MessageReceived { $Event.MessageData[$Event.EventIdentifier] = "message $($EventArgs.Message.Text)" }
            On $server SessionClosed { $Event.MessageData[$Event.EventIdentifier] = "closed $($EventArgs.Session.CloseReason)" }
            $client = Connect-TcpChat -Port $server.Port
            1..3 | Send-TcpMessage -Session $client
            Disconnect-TcpChat $client
            Take 5
            """));

    [Fact]
    public void What_a_subscriber_gets_no_one_else_does_and_it_can_answer() => Assert.Equal(
        "you said hello|0",
        engine.Text(Take +
            """
            $server = Start-TcpChatServer
            On $server MessageReceived { "you said $($EventArgs.Message)" | Send-TcpMessage -Session $EventArgs.Session; $Event.MessageData[$Event.EventIdentifier] = 'answered' }
            $client = Connect-TcpChat -Port $server.Port
            Send-TcpMessage hello $client
            $null = Take 1
            (Receive-TcpMessage $client -TimeoutSec 10).Text
            @(Receive-TcpMessage $server -TimeoutSec 0).Count
            """));

    [Theory]
    [InlineData("-Echo")]
    [InlineData("-OnMessage { $_ }")]
    [InlineData("-ScriptBlock { param($Session) $Session.Send($Session.Receive().Text) }")]
    public void Where_something_answers_a_subscriber_hears_of_the_message_besides(string answer) => Assert.Equal(
        "hello|heard hello",
        engine.Text(Take +
            $$"""
            $server = Start-TcpChatServer {{answer}}
            On $server MessageReceived { $Event.MessageData[$Event.EventIdentifier] = "heard $($EventArgs.Message)" }
            $client = Connect-TcpChat -Port $server.Port
            Send-TcpMessage hello $client
            (Receive-TcpMessage $client -TimeoutSec 10).Text
            Take 1
            """));

    [Fact]
    public void A_subscriber_that_throws_hurts_nobody() => Assert.Equal(
        "hello|Open|closed",
        engine.Text(Take +
            """
            $server = Start-TcpChatServer -Echo
            # A block that is called on a thread without a runspace throws.
            $server.add_SessionOpened({ })
            $server.add_MessageReceived({ })
            $server.add_SessionClosed({ })
            On $server SessionClosed { $Event.MessageData[$Event.EventIdentifier] = 'closed' }
            $client = Connect-TcpChat -Port $server.Port
            Send-TcpMessage hello $client
            (Receive-TcpMessage $client -TimeoutSec 10).Text
            "$($client.State)"
            Disconnect-TcpChat $client
            Take 1
            Receive-Job $server
            $server.Error
            $server.Warning
            """));

    [Fact]
    public void Where_the_messages_are_in_other_processes_subscribing_is_an_error_that_says_so()
    {
        ErrorRecord error = engine.Error(Take +
            """
            $server = Start-TcpChatServer -Model Process -OnMessage { $_ } -SpareProcess 1
            try { On $server MessageReceived { } } finally { Stop-TcpChatServer $server -TimeoutSec 0 }
            """);

        Assert.Contains("Other processes hold the sessions", error.Exception.GetBaseException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_s_own_events_can_be_subscribed_to() => Assert.Equal(
        "reconnecting 1 of 10: PeerClosed|reconnected|closed LocalClosed",
        engine.Text(Take +
            """
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port -Reconnect -ReconnectDelaySec 0.01
            On $client Reconnecting { $Event.MessageData[$Event.EventIdentifier] = "reconnecting $($EventArgs.Attempt) of $($EventArgs.Limit): $($EventArgs.Cause)" }
            On $client Reconnected { $Event.MessageData[$Event.EventIdentifier] = 'reconnected' }
            On $client Closed { $Event.MessageData[$Event.EventIdentifier] = "closed $($Event.SourceArgs[0].CloseReason)" }
            Wait-TcpChatSession -Server $server | Disconnect-TcpChat
            $null = Take 2
            Disconnect-TcpChat $client
            Take 3
            """));

    [Fact]
    public void Afterwards_the_server_s_messages_wait_again() => Assert.Equal(
        "hello",
        engine.Text(
            """
            $server = Start-TcpChatServer
            $subscriber = $ExecutionContext.Events.SubscribeEvent($server, 'MessageReceived', 'none', $null, { }, $true, $false)
            $ExecutionContext.Events.UnsubscribeEvent($subscriber)
            Send-TcpMessage hello (Connect-TcpChat -Port $server.Port)
            (Receive-TcpMessage $server -TimeoutSec 10).Text
            """));
}
