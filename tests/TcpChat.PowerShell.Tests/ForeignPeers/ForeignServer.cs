using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>A real server from the distribution: a process of its own, at a port and with a folder of its own, gone when it is disposed.</summary>
internal sealed class ForeignServer : IDisposable
{
    /// <summary>A port that was free can be taken before the server gets to it; more than once in a row is no accident.</summary>
    private const int Attempts = 5;

    private readonly TemporaryFolder _folder;
    private readonly ForeignProgram _program;

    private ForeignServer(TemporaryFolder folder, ForeignProgram program, int port)
    {
        _folder = folder;
        _program = program;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Its own, temporary folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Starts a server, and waits until it says that it listens. The test is skipped where it is not installed.</summary>
    /// <param name="program">Its name, or where it lies.</param>
    /// <param name="arguments">Gives its arguments for a port and its folder, where it may put its configuration.</param>
    /// <param name="listens">Is in the line by which it says so.</param>
    public static async Task<ForeignServer> StartAsync(string program, Func<int, TemporaryFolder, string[]> arguments, string listens)
    {
        for (int attempt = 1; ; attempt++)
        {
            TemporaryFolder folder = new();
            ForeignProgram? started = null;
            try
            {
                int port = FreePort();
                started = ForeignProgram.Start(program, arguments(port, folder));
                await started.ReadLineWithAsync(listens);
                return new ForeignServer(folder, started, port);
            }
            catch (Exception e)
            {
                started?.Dispose();
                folder.Dispose();
                if (e is not ChannelClosedException || attempt == Attempts)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>A port that was free a moment ago, for a program that does not tell which one the system chose.</summary>
    public static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        _program.Dispose();
        _folder.Dispose();
    }
}
