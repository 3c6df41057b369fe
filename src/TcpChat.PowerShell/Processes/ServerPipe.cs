using System.Diagnostics;
using System.IO.Pipes;
using TcpChat.Transport;

namespace TcpChat.Processes;

/// <summary>
/// The way to the server, in a process that serves one of its connections. A thread of its own reads what the server says:
/// when the pipe ends the server is gone, and this process goes too, whatever it is doing.
/// </summary>
#pragma warning disable CA1001 // It lives as long as its process.
internal sealed class ServerPipe
#pragma warning restore CA1001
{
    private readonly AnonymousPipeClientStream _commands;
    private readonly AnonymousPipeClientStream _facts;
    private readonly Lock _writing = new();
    private readonly TaskCompletionSource<ProcessSetup> _setup = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _retired = new();
    private readonly TaskCompletionSource<TimeSpan> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Opens the pipes, whose handles were inherited, and begins to read.</summary>
    /// <param name="commands">The handle to read from.</param>
    /// <param name="facts">The handle to write to.</param>
    public ServerPipe(string commands, string facts)
    {
        _commands = Open(PipeDirection.In, commands);
        _facts = Open(PipeDirection.Out, facts);
        new Thread(Read) { IsBackground = true, Name = "TcpChat server pipe" }.Start();
    }

    /// <summary>What the server wants served, once it has said so.</summary>
    public Task<ProcessSetup> Setup => _setup.Task;

    /// <summary>Cancelled when the server wants this process to wait for no connection any more.</summary>
    public CancellationToken Retired => _retired.Token;

    /// <summary>Ends when the server wants this process to stop, with the time that the session may take to close.</summary>
    public Task<TimeSpan> Stop => _stop.Task;

    /// <summary>Tells the server something.</summary>
    public void Send<T>(FrameKind kind, T facts)
        where T : IFacts<T> => Send(kind, Facts.ToBytes(facts));

    /// <summary>Tells the server something. Waits while the server does not read.</summary>
    public void Send(FrameKind kind, byte[] payload)
    {
        byte[] frame = Frame.ToBytes(kind, payload);
        try
        {
            lock (_writing)
            {
                _facts.Write(frame);
            }
        }
        catch (IOException)
        {
            Die();
        }
    }

    private static AnonymousPipeClientStream Open(PipeDirection direction, string handle)
    {
        AnonymousPipeClientStream pipe = new(direction, handle);
        if (int.TryParse(handle, out int descriptor))
        {
            // A program that the handler starts must not keep the pipe open beyond the end of this process.
            DescriptorInheritance.Stop(descriptor);
        }

        return pipe;
    }

    private static void Die() => Process.GetCurrentProcess().Kill();

    private void Read()
    {
        try
        {
            while (Frame.Read(_commands) is { } frame)
            {
                switch (frame.Kind)
                {
                    case FrameKind.Setup:
                        _setup.TrySetResult(Facts.Of<ProcessSetup>(frame));
                        break;
                    case FrameKind.Retire:
                        _ = _retired.CancelAsync();
                        break;
                    case FrameKind.Stop:
                        _stop.TrySetResult(Facts.Of<StopFacts>(frame).Timeout);
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidDataException)
        {
            // Likewise: nobody is there who could be served.
        }

        Die();
    }
}
