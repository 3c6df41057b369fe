using System.Runtime.InteropServices;

namespace TcpChat.Host;

/// <summary>Ctrl+C ends the running command; a request to terminate ends the program, but in order.</summary>
internal sealed class Signals : IDisposable
{
    private readonly EngineSession _session;
    private readonly PosixSignalRegistration[] _registrations;

    public Signals(EngineSession session)
    {
        _session = session;
        Console.CancelKeyPress += OnCancelKeyPress;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Terminate(context, 128 + 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Terminate(context, 128 + 1)),
        ];
    }

    /// <summary>The exit code that a signal asked for.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKeyPress;
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnCancelKeyPress(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        _session.Interrupt();
    }

    private void Terminate(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        ExitCode = exitCode;
        _session.End();

        // The main thread may be waiting for a key or a line that never comes.
        Environment.Exit(exitCode);
    }
}
