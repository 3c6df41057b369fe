using System.Management.Automation;
using TcpChat.Clients;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Tests whether computers can be connected to, and whether they speak TLS, and whether and how fast they send back what they get.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TcpChat", DefaultParameterSetName = ComputerSet)]
[OutputType(typeof(ChatTestResult), typeof(bool))]
public sealed class TestTcpChatCommand : ClientCommand
{
    private InOrder<ChatTestResult>? _tests;

    /// <summary>Names or addresses.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cn", "HostName")]
    [ValidateNotNullOrEmpty]
    public string[] ComputerName { get; set; } = ["localhost"];

    /// <summary>The port.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How many messages to send, each of which is to come back. Default: none; with -Message, 1.</summary>
    [Parameter]
    [ValidateRange(0, 100_000)]
    public int Count { get; set; }

    /// <summary>What is sent, and is to come back.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Message { get; set; } = "TcpChat test";

    /// <summary>How long the whole test of a computer may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 5;

    /// <summary>How many computers are tested at the same time at most.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Gives true or false for each computer.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _tests ??= new InOrder<ChatTestResult>(ThrottleLimit, StopToken);
        SessionOptions session = new() { Framing = MakeFraming(Framing, Delimiter, LineEnding, Encoding), Encoding = Encoding };
        foreach (string computer in ComputerName)
        {
            ProbeOptions options = new()
            {
                Client = Protect(new ClientOptions
                {
                    ComputerName = computer,
                    Port = Port,
                    ConnectTimeout = TimeSpan.FromSeconds(TimeoutSec),
                    Session = session,
                }),
                Count = IsBound(nameof(Count)) || !IsBound(nameof(Message)) ? Count : 1,
                Message = Message,
            };
            _tests.Begin($"{computer}:{Port}", stop => new ConnectionProbe(options).RunAsync(stop));
        }

        WriteResults(onlyFinished: true);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteResults(onlyFinished: false);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _tests?.Dispose();
    }

    private void WriteResults(bool onlyFinished)
    {
        while (_tests is not null && _tests.TryTake(onlyFinished, out _, out Task<ChatTestResult>? test))
        {
            ChatTestResult result = Await(test);
            WriteVerbose($"{result}: {result.Error ?? "succeeded."}");
            WriteObject(Quiet ? result.Succeeded : UseTls ? WithTlsTable(result) : result);
        }
    }

    private static PSObject WithTlsTable(ChatTestResult result)
    {
        PSObject shown = PSObject.AsPSObject(result);
        shown.TypeNames.Insert(0, $"{typeof(ChatTestResult)}#Tls");
        return shown;
    }
}
