using System.Globalization;
using TcpChat.PowerShell.Tests.ForeignPeers;

namespace TcpChat.Core.Tests.ForeignPeers;

/// <summary>openssl s_server at a port that the system has chosen; it answers each line with the line reversed.</summary>
internal sealed class OpensslServer : IDisposable
{
    private const string Accepts = "ACCEPT ";

    private OpensslServer(ForeignProgram program, int port)
    {
        Program = program;
        Port = port;
    }

    public int Port { get; }

    public ForeignProgram Program { get; }

    public static async Task<OpensslServer> StartAsync(params string[] arguments)
    {
        ForeignProgram program = ForeignProgram.Start("openssl", ["s_server", "-accept", "127.0.0.1:0", "-rev", "-naccept", "1", .. arguments]);
        try
        {
            string line = await program.ReadLineWithAsync(Accepts);
            return new OpensslServer(program, int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public void Dispose() => Program.Dispose();
}
