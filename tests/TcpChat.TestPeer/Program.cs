using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TcpChat.TestPeer;

/// <summary>The peers as a program, for Pester tests and the shell.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int WrongArguments = 2;

    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            var commandLine = CommandLine.Parse(arguments);
            if (commandLine.Command == "list")
            {
                List();
                return 0;
            }

            var behavior = PeerBehaviors.Get(commandLine.Behavior!);
            await RunAsync(commandLine, behavior).ConfigureAwait(false);
            return 0;
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return WrongArguments;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return Failed;
        }
    }

    private static void List()
    {
        foreach (var (name, options, description) in PeerBehaviors.All)
        {
            Console.WriteLine($"{name,-18}{description}");
            if (options.Length > 0)
            {
                Console.WriteLine($"{"",18}?{options}");
            }
        }
    }

    private static async Task RunAsync(CommandLine commandLine, PeerBehavior behavior)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndOnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndOnSignal);
        var options = new PeerOptions { Address = commandLine.Address, Port = commandLine.Port, Trace = Console.WriteLine };

        if (commandLine.Target is null)
        {
            await using var peer = Peer.Listen(behavior, options);
            ReadSteps(peer.ReleaseStep);
            await ended.Task.ConfigureAwait(false);
        }
        else
        {
            await using var connection = await Peer.ConnectAsync(commandLine.Target, behavior, options).ConfigureAwait(false);
            ReadSteps(connection.ReleaseStep);
            await Task.WhenAny(ended.Task, connection.Completion).ConfigureAwait(false);
        }

        void EndOnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }

        // A thread of its own: reading the console cannot be cancelled, and must not keep the program alive.
        void ReadSteps(Action<int> release) => new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                release(int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : 1);
            }

            if (commandLine.UntilEof)
            {
                ended.TrySetResult();
            }
        })
        { IsBackground = true }.Start();
    }
}
