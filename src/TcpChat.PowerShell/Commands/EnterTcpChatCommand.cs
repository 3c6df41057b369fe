using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Clients;
using TcpChat.Completion;
using TcpChat.Consoles;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Registry;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Sits at a conversation: what is typed is sent, what comes is shown.</summary>
[Cmdlet(VerbsCommon.Enter, "TcpChat", DefaultParameterSetName = SessionSet)]
public sealed class EnterTcpChatCommand : ClientCommand
{
    private const string SessionSet = "Session";
    private const string OperatorSet = "Operator";
    private const string HandlerNote = "A handler of the server takes the messages: they are not seen here. What is typed is sent.";

    /// <summary>How long closing a session of its own may take.</summary>
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(5);

    private Task<ChatSession>? _own;

    /// <summary>The session: an object, an id or a name. A message stands for the session it came by. Several are sat at one after the other.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>Sits at all sessions of a server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OperatorSet)]
    public SwitchParameter AsOperator { get; set; }

    /// <summary>The server: a job, an id or a name. Several are sat at one after the other.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OperatorSet, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];

    /// <summary>A name or an address to connect to; the session is closed on leaving.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [Alias("Cn", "HostName")]
    [ValidateNotNullOrEmpty]
    public string ComputerName { get; set; } = "localhost";

    /// <summary>The port to connect to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ComputerSet)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How long resolving and connecting may take, in seconds.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 15;

    /// <summary>Without a terminal: how long to wait for more once the input has ended, since the last thing that happened, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double IdleTimeoutSec { get; set; } = 2;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ComputerSet)
        {
            EnterOwn();
        }

        foreach (ChatSession session in Session)
        {
            Enter(session);
        }

        foreach (TcpChatServerJob server in Server)
        {
            Enter(server);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);

        // Not over yet only where the pipeline was stopped: what was typed before is still sent, in the background.
        _own?.ContinueWith(
            static connected => connected.Result.CloseAsync(s_closeTime),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
        _own = null;
    }

    private static bool HandlesMessages(ServerOptions options) => options.Handler is not null || options.Answer == ServerAnswer.Echo;

    private void EnterOwn()
    {
        string target = $"{ComputerName}:{Port}";
        ClientOptions options = Protect(new ClientOptions
        {
            ComputerName = ComputerName,
            Port = Port,
            ConnectTimeout = TimeSpan.FromSeconds(TimeoutSec),
            Session = new SessionOptions { Framing = MakeFraming(Framing, Delimiter, LineEnding, Encoding), Encoding = Encoding },
        });
        try
        {
            _own = ChatClient.ConnectAsync(options, StopToken);
            ChatSession session = Await(ConnectProgress.Show(_own, target, options.ConnectTimeout, WriteProgress, StopToken));
            ChatRegistry.Add(session);
            Hold(new SessionConversation(session, null));
            Await(session.CloseAsync(s_closeTime).WaitAsync(StopToken));
            _own = null;
        }
        catch (ChatException e)
        {
            _own = null;
            WriteError(e, target);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private void Enter(ChatSession session)
    {
        try
        {
            session.ThrowIfElsewhere();
            if (session.State == ChatSessionState.Closed && session.InboxLength == 0)
            {
                throw new ChatException(ChatErrorCode.SessionClosed, $"The session {session.Id} ({session.Name}) is over: {session.CloseReason}.", session.Error);
            }

            ServerOptions? options = session.IsServerSide ? ChatRegistry.Servers.FirstOrDefault(s => s.Server.Keeps(session))?.Server.Options : null;
            Hold(new SessionConversation(session, options is not null && HandlesMessages(options) ? HandlerNote : null));
        }
        catch (ChatException e)
        {
            WriteError(e, session);
        }
    }

    private void Enter(TcpChatServerJob server)
    {
        if (server.Model == ServerModel.Process)
        {
            WriteError(
                new ChatException(
                    ChatErrorCode.SessionInOtherProcess,
                    $"Other processes hold the sessions of the server {server.Name}: only their handlers can send and receive. Receive-Job shows what these write."),
                server);
            return;
        }

        Hold(new ServerConversation(server, HandlesMessages(server.Server.Options) ? HandlerNote : null, StopToken));
    }

    private void Hold(IConversation conversation)
    {
        try
        {
            HostConsole.Run(Host, conversation, WriteHostLine, TimeSpan.FromSeconds(IdleTimeoutSec), StopToken);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>As Write-Host does, so that it is on the host's output and can be redirected, as by 6>&amp;1.</summary>
    private void WriteHostLine(string line) => WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
}
