using System.Diagnostics;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>The tutorial's dialogue with a server that gives each client a process. Such a server needs a PowerShell to start: tcpchat.</summary>
public sealed class ProcessModelTests(SayClient sayClient)
{
    [Theory]
    [InlineData(TalkerKind.Ncat)]
    [InlineData(TalkerKind.SayClient)]
    public async Task Each_client_is_served_by_a_process_of_its_own(TalkerKind kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Whether a process is a zombie can be asked on Unix.");
        using HostProcess host = HostProcess.Start([]);
        string conversation = ModelTests.Talk.ReplaceLineEndings(" ");
        string port = await AskAsync(host, $"$server = Start-TcpChatServer -Model Process -Framing {Talker.FramingFor(kind)} -ScriptBlock {{ {conversation} }}; $server.Port");
        string[] names = ["Client1", "Client2", "Client3"];
        Talker[] clients = [.. names.Select(_ => Talker.Connect(kind, sayClient, int.Parse(port, null)))];
        try
        {
            foreach ((string name, Talker client) in names.Zip(clients))
            {
                await client.TalkAsync($"I'm {name}", $"Hello {name}");
            }

            int[] processes = [.. (await AskAsync(host, "\"$($server.ChildJobs.ProcessId)\"")).Split(' ').Select(int.Parse)];
            Assert.Equal(4, processes.Append(host.Id).Distinct().Count());
            Assert.All(processes, static id => Assert.True(IsThere(id)));

            Assert.Equal("Stopped", await AskAsync(host, "Stop-TcpChatServer $server; \"$($server.State)\""));
            foreach (Talker client in clients)
            {
                await client.SeeServerGoneAsync();
            }

            Assert.All(processes, static id => Assert.False(IsThere(id), "A process is left."));
            string[] terminals = (await AskAsync(host, "@(foreach ($job in $server.ChildJobs) { @(Receive-Job $job) -join '/' }) -join '|'")).Split('|');
            Assert.Equal(names.Select(static name => $"client say:I'm {name}/you want to say:Hello {name}"), terminals.Order(StringComparer.Ordinal));
        }
        finally
        {
            Array.ForEach(clients, static client => client.Dispose());
        }

        await host.WriteLineAsync("exit 0");
        Assert.Equal(new HostOutcome(0, string.Empty, string.Empty), await host.EndAsync());
    }

    /// <summary>Has tcpchat run a line that writes one line, and gives that.</summary>
    private static async Task<string> AskAsync(HostProcess host, string line)
    {
        await host.WriteLineAsync(line);
        return await host.ReadLineAsync() ?? throw new InvalidOperationException((await host.EndAsync()).Error);
    }

    /// <summary>A zombie is there too.</summary>
    private static bool IsThere(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
