using System.Management.Automation;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Registry;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Connects to one or many computers at once.</summary>
[Cmdlet(VerbsCommunications.Connect, "TcpChat", DefaultParameterSetName = ComputerSet)]
[OutputType(typeof(ChatSession))]
public sealed partial class ConnectTcpChatCommand : ClientCommand
{
    private readonly List<(string Target, Task<ChatSession> Session)> _connecting = [];
    private SemaphoreSlim? _throttle;
    private int _written;

    /// <summary>Names or addresses. Each is resolved and all its addresses are tried.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cn", "HostName")]
    [ValidateNotNullOrEmpty]
    public string[] ComputerName { get; set; } = ["localhost"];

    /// <summary>The port.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The session's name. Default: the computer's name and the port.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>How long resolving and connecting may take for each computer, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 15;

    /// <summary>How many connections are made at the same time at most.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Makes a connection that was lost again. The first is tried once.</summary>
    [Parameter]
    public SwitchParameter Reconnect { get; set; }

    /// <summary>How long to wait at most before the first attempt to reconnect, in seconds; doubled before each that follows.</summary>
    [Parameter]
    [ValidateRange(0.01, 86_400)]
    public double ReconnectDelaySec { get; set; } = ReconnectPolicy.DefaultDelaySec;

    /// <summary>How long to wait at most before any attempt to reconnect, in seconds.</summary>
    [Parameter]
    [ValidateRange(0.01, 86_400)]
    public double ReconnectMaximumDelaySec { get; set; } = ReconnectPolicy.DefaultMaximumDelaySec;

    /// <summary>How many attempts to reconnect are made in vain before the session ends.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int ReconnectLimit { get; set; } = ReconnectPolicy.DefaultLimit;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ReconnectPolicy? reconnect = GetReconnectPolicy();
        _throttle ??= new SemaphoreSlim(ThrottleLimit);
        SessionOptions options = GetSessionOptions();
        foreach (string computer in ComputerName)
        {
            ClientOptions client = Protect(new ClientOptions
            {
                ComputerName = computer,
                Port = Port,
                Name = Name,
                ConnectTimeout = TimeSpan.FromSeconds(TimeoutSec),
                Session = options,
                Reconnect = reconnect,
            });
            _connecting.Add(($"{computer}:{Port}", ConnectAsync(client, StopToken)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((string target, Task<ChatSession> connecting) in _connecting)
        {
            try
            {
                ChatSession session = Await(connecting);
                ChatRegistry.Add(session);
                WriteVerbose($"Connected to {target} at {session.RemoteEndPoint} as session {session.Id}.");
                _written++;
                WriteObject(session);
            }
            catch (ChatException e)
            {
                _written++;
                _transcript?.WriteFailure(target, e);
                WriteError(e, target);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);

        // The sessions keep it open.
        _transcript?.Dispose();
        foreach ((_, Task<ChatSession> connecting) in _connecting.Skip(_written))
        {
            // Stopped before it could be handed over, so nobody else can close it.
            _ = CloseAsync(connecting);
        }

        _connecting.Clear();
    }

    private static async Task CloseAsync(Task<ChatSession> connecting)
    {
        try
        {
            (await connecting.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is ChatException or OperationCanceledException)
        {
            // It came to nothing by itself.
        }
    }

    private ReconnectPolicy? GetReconnectPolicy()
    {
        if (!Reconnect)
        {
            foreach (string name in (string[])[nameof(ReconnectDelaySec), nameof(ReconnectMaximumDelaySec), nameof(ReconnectLimit)])
            {
                if (MyInvocation.BoundParameters.ContainsKey(name))
                {
                    ThrowInvalidArgument("ReconnectMissing", $"-{name} has a meaning with -Reconnect only.");
                }
            }

            return null;
        }

        if (ReconnectDelaySec > ReconnectMaximumDelaySec)
        {
            ThrowInvalidArgument("ReconnectDelayTooLong", "-ReconnectDelaySec is longer than -ReconnectMaximumDelaySec.", ReconnectDelaySec);
        }

        return new ReconnectPolicy
        {
            Delay = TimeSpan.FromSeconds(ReconnectDelaySec),
            MaximumDelay = TimeSpan.FromSeconds(ReconnectMaximumDelaySec),
            Limit = ReconnectLimit,
        };
    }

    private async Task<ChatSession> ConnectAsync(ClientOptions options, CancellationToken cancellationToken)
    {
        await _throttle!.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ChatClient.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _throttle.Release();
        }
    }
}
