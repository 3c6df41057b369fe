using System.Diagnostics;
using System.IO.Pipes;
using System.Net;
using TcpChat.Errors;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Processes;

/// <summary>
/// A process that serves one connection, seen from the server: it gets ready, waits for a connection that is admitted, holds it, and exits.
/// Always awaited, so that it never stays a zombie.
/// </summary>
internal sealed class HandlerChild : ISessionProcess
{
    /// <summary>How long a process that was told to end, or should by itself, may take beyond the time it was given.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>How long its pipe is still read after its end, should another process have inherited the other end.</summary>
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(2);

    // While a process is started there are descriptors that any child would inherit.
    private static readonly Lock s_starting = new();

    private readonly Process _process;
    private readonly AnonymousPipeServerStream _commands;
    private readonly AnonymousPipeServerStream _facts;
    private readonly TimeSpan _lingerTimeout;
    private readonly IHandlerChildOwner _owner;
    private readonly OutputTail _standardError = new();
    private readonly TaskCompletionSource<SessionOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task _sending = Task.CompletedTask;
    private SessionTotals _totals;
    private Action<object>? _record;
    private ErrorFacts? _setupError;
    private Exception? _failure;
    private volatile HandlerChildState _state;
    private volatile bool _retired;
    private bool _stopped;

    private HandlerChild(
        Process process,
        AnonymousPipeServerStream commands,
        AnonymousPipeServerStream facts,
        TimeSpan lingerTimeout,
        IHandlerChildOwner owner)
    {
        _process = process;
        _commands = commands;
        _facts = facts;
        _lingerTimeout = lingerTimeout;
        _owner = owner;
        ProcessId = process.Id;
    }

    public int ProcessId { get; }

    public EndPoint? RemoteEndPoint { get; private set; }

    public EndPoint? LocalEndPoint { get; private set; }

    public TlsFacts? Tls { get; private set; }

    public Task<SessionOutcome> Ended => _ended.Task;

    public Task Exited => _exited.Task;

    /// <summary>True where its session did not end by itself: it was told to stop, or was killed, from here.</summary>
    public bool WasStopped => Volatile.Read(ref _stopped);

    /// <summary>True where what its handler failed with was in its error stream.</summary>
    public bool IsFailureRecorded { get; private set; }

    /// <summary>True where it waits for no connection any more; one that it has it may still serve.</summary>
    public bool IsRetired => _retired;

    /// <summary>Where it is in its life.</summary>
    public HandlerChildState State => _state;

    /// <summary>Why it ended without having held a connection; null while it lives, and where it held one.</summary>
    public ChatException? Failure { get; private set; }

    public SessionTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return _totals;
            }
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="start">What to start, all but the handles of the pipes.</param>
    /// <param name="setup">What it is to serve, all but the listening socket.</param>
    /// <param name="server">The server.</param>
    /// <param name="owner">Told what becomes of it.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.HandlerProcessFailed"/>.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public static HandlerChild Start(
        HandlerStart start, ProcessSetup setup, ChatServer server, IHandlerChildOwner owner)
    {
        HandlerChild child;
        lock (s_starting)
        {
            using ListenerShare share = server.ShareListener();
            AnonymousPipeServerStream commands = new(PipeDirection.Out, HandleInheritability.Inheritable);
            AnonymousPipeServerStream facts = new(PipeDirection.In, HandleInheritability.Inheritable);
            try
            {
                Process process = start.Run(commands.GetClientHandleAsString(), facts.GetClientHandleAsString());
                child = new HandlerChild(process, commands, facts, server.Options.Session.LingerTimeout, owner);
                setup = setup with { Ticket = share.TicketFor(process.Id), Environment = start.EnvironmentBefore };
            }
            catch
            {
                commands.Dispose();
                facts.Dispose();
                throw;
            }
            finally
            {
                commands.DisposeLocalCopyOfClientHandle();
                facts.DisposeLocalCopyOfClientHandle();
            }
        }

        _ = child.RunAsync(setup);
        return child;
    }

    public void RequestStop(TimeSpan timeout)
    {
        MarkStopped();
        if (_state != HandlerChildState.Serving)
        {
            Kill();
            return;
        }

        Send(FrameKind.Stop, Facts.ToBytes(new StopFacts(timeout)));
        _ = KillAfterAsync(timeout + s_grace);
    }

    /// <summary>Tells it to wait for no connection any more, and to exit unless it has one. Returns at once.</summary>
    public void Retire()
    {
        _retired = true;
        Send(FrameKind.Retire, []);
    }

    public void Kill()
    {
        MarkStopped();
        EndNow();
    }

    private void MarkStopped()
    {
        if (!_ended.Task.IsCompleted)
        {
            Volatile.Write(ref _stopped, true);
        }
    }

    private void EndNow()
    {
        if (!_exited.Task.IsCompleted)
        {
            // Looking for the processes that it has started takes a moment.
            _ = Task.Run(KillTree);
        }
    }

    private void KillTree()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // Gone already, it or one that it had started.
        }
    }

    private async Task KillAfterAsync(TimeSpan time)
    {
        await _exited.Task.WaitAsync(time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        EndNow();
    }

    private void Send(FrameKind kind, byte[] payload)
    {
        lock (_gate)
        {
            _sending = SendAfterAsync(_sending, Frame.ToBytes(kind, payload));
        }
    }

    private async Task SendAfterAsync(Task before, byte[] frame)
    {
        await before.ConfigureAwait(false);
        try
        {
            await _commands.WriteAsync(frame).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is gone, which its end will tell.
        }
    }

    private async Task RunAsync(ProcessSetup setup)
    {
        Send(FrameKind.Setup, Facts.ToBytes(setup));
        Task drained = Task.WhenAll(
            _standardError.DrainAsync(_process.StandardError.BaseStream), new OutputTail().DrainAsync(_process.StandardOutput.BaseStream));
        using CancellationTokenSource reading = new();
        Task read = ReadAsync(reading.Token);
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        reading.CancelAfter(s_drainTimeout);
        await Task.WhenAll(read, drained).WaitAsync(s_drainTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await read.ConfigureAwait(false);
        Finish();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using BufferedStream pipe = new(_facts, 16 * 1024);
            while (await Frame.ReadAsync(pipe, cancellationToken).ConfigureAwait(false) is { } frame)
            {
                Take(frame);
            }
        }
        catch (OperationCanceledException)
        {
            // Another process keeps the pipe open.
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            _failure = e;
            EndNow();
        }
    }

    private void Take(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Ready:
                MoveTo(HandlerChildState.Ready);
                break;
            case FrameKind.SetupFailed:
                _setupError = Facts.Of<ErrorFacts>(frame);
                break;
            case FrameKind.Accepted:
                AcceptedFacts facts = Facts.Of<AcceptedFacts>(frame);
                RemoteEndPoint = AcceptedFacts.ToEndPoint(facts.Remote);
                LocalEndPoint = AcceptedFacts.ToEndPoint(facts.Local);
                Tls = facts.Tls;
                _state = HandlerChildState.Serving;
                _record = _owner.Adopt(this);
                _owner.Changed();
                break;
            case FrameKind.Admitting:
                MoveTo(HandlerChildState.Admitting);
                break;
            case FrameKind.Rejected:
                _owner.Reject(Facts.Of<RejectedFacts>(frame).Rejection);
                break;
            case FrameKind.Counters:
                SessionTotals totals = Facts.Of<CountersFacts>(frame).Totals;
                lock (_gate)
                {
                    _totals = totals;
                }

                break;
            case FrameKind.Ended:
                EndedFacts ended = Facts.Of<EndedFacts>(frame);
                IsFailureRecorded = ended.IsErrorRecorded;
                _ended.TrySetResult(new SessionOutcome(ended.Reason, ended.Error?.ToException()));
                _ = KillAfterAsync(_lingerTimeout + s_grace + s_grace);
                break;
            default:
                if (FrameStreams.Read(frame) is { } record)
                {
                    // Before there is a session, it is the script that admits connections who writes.
                    (_record ?? _owner.Record)(record);
                }

                break;
        }
    }

    private void Finish()
    {
        if (_state != HandlerChildState.Serving && !IsRetired)
        {
            Failure = ExplainFailure();
        }

        _ended.TrySetResult(new SessionOutcome(CloseReason.HandlerFailed, ExplainDeath()));
        _process.Dispose();
        _commands.Dispose();
        _facts.Dispose();
        MoveTo(HandlerChildState.Gone);
        _exited.TrySetResult();
    }

    private void MoveTo(HandlerChildState state)
    {
        _state = state;
        _owner.Changed();
    }

    private ChatException ExplainFailure() => _setupError is { } error
        ? new ChatException(ChatErrorCode.HandlerProcessFailed, $"A process for handlers could not get ready: {error.Message}", error.ToException())
        : new ChatException(
            ChatErrorCode.HandlerProcessFailed, $"The process {ProcessId}, which was to serve a connection, ended {Ending()}", _failure);

    private ChatException ExplainDeath() => new(
        ChatErrorCode.HandlerProcessFailed, $"The process {ProcessId}, which held the session, ended {Ending()}", _failure);

    private string Ending()
    {
        int code = _process.ExitCode;
        string how = !OperatingSystem.IsWindows() && code is > 128 and < 128 + 65 ? $"by the signal {code - 128} (exit code {code})" : $"with the exit code {code}";
        string text = _standardError.Text;
        return text.Length == 0 ? $"{how}, and wrote nothing to its standard error." : $"{how}. Its standard error ended with: {text}";
    }
}
