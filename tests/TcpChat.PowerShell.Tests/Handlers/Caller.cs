using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>A client that knows nothing of this project. Every wait of it has a limit.</summary>
public sealed class Caller : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly StreamReader _reader;

    public Caller(int port)
    {
        _client.Connect(IPAddress.Loopback, port);
        _client.ReceiveTimeout = _client.SendTimeout = 20_000;
        _reader = new StreamReader(_client.GetStream(), Encoding.Latin1);
    }

    public int Port => ((IPEndPoint)_client.Client.LocalEndPoint!).Port;

    /// <summary>Calls, says something, says that it was all, and gives all that comes back.</summary>
    public static string Ask(int port, string said)
    {
        using Caller caller = new(port);
        caller.Say(said);
        return caller.End();
    }

    /// <summary>The same on a thread of its own, saying and hearing at the same time.</summary>
    public static Task<string> AskAsync(int port, string said) => Task.Factory.StartNew(
        () =>
        {
            using Caller caller = new(port);
            Thread saying = new(() =>
            {
                caller.Say(said);
                caller._client.Client.Shutdown(SocketShutdown.Send);
            });
            saying.Start();
            string heard = caller._reader.ReadToEnd();
            saying.Join();
            return heard;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void Say(string text) => _client.GetStream().Write(Encoding.Latin1.GetBytes(text));

    public string? Hear() => _reader.ReadLine();

    /// <summary>Says that it was all, and gives all that comes until the server closes.</summary>
    public string End()
    {
        _client.Client.Shutdown(SocketShutdown.Send);
        return _reader.ReadToEnd();
    }

    /// <summary>Goes without a word.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Client.Close();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }
}
