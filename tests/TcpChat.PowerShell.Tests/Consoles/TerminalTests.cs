using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>tcpchat in real terminals: the dialogues of two and of three, held with Enter-TcpChat on all ends.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly Tmux _tmux = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _tmux.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_terminals_hold_a_conversation()
    {
        int port = await ServeAsync("-Framing Raw", "Enter-TcpChat (Wait-TcpChatSession -Server $server -TimeoutSec 60)");
        Open("client", $"Enter-TcpChat -Port {port} -Framing Raw");
        await _tmux.WaitForAsync("client", "You want to say:");

        _tmux.Enter("client", "hello Server!");
        await _tmux.WaitForAsync("server", "client say:hello Server!");
        _tmux.Enter("server", "hello Client!");
        await _tmux.WaitForAsync("client", "server say:hello Client!");

        // A line comes while one is half typed; the window gets another width; the line is finished.
        _tmux.Type("client", "\u6211\u5728\u6253\u5B57");
        await _tmux.WaitForAsync("client", "\u6211\u5728\u6253\u5B57");
        _tmux.Enter("server", "\u4F60\u597D \U0001F44D e\u0301");
        await _tmux.WaitForAsync("client", "server say:\u4F60\u597D");
        _tmux.Resize("client", 60);
        _tmux.Type("client", " \U0001F600");
        await _tmux.WaitForAsync("client", "\U0001F600");
        _tmux.Press("client", "Enter");
        await _tmux.WaitForAsync("server", "client say:\u6211\u5728\u6253\u5B57 \U0001F600");

        // An earlier line comes back, and is changed.
        _tmux.Press("client", "Up", "Up", "Home", "DC");
        _tmux.Enter("client", "H");
        await _tmux.WaitForAsync("server", "client say:Hello Server!");

        _tmux.Type("client", "Bye");
        await _tmux.WaitForAsync("client", "say:Bye");
        _tmux.Press("client", "C-c");
        await _tmux.WaitForAsync("server", "client shutdown!");

        // Both are back at their prompts, and hear what is typed.
        _tmux.Enter("server", "\"server is $($server.State)\"");
        await _tmux.WaitForAsync("server", "server is Running");
        _tmux.Enter("client", "\"client has $(@(Get-TcpChatSession).Count)\"");
        await _tmux.WaitForAsync("client", "client has 0");
        Assert.Equal(
            [
                "You want to say:hello Server!",
                "hh:mm:ss server say:hello Client!",
                "hh:mm:ss server say:\u4F60\u597D \U0001F44D e\u0301",
                "You want to say:\u6211\u5728\u6253\u5B57 \U0001F600",
                "You want to say:Hello Server!",
                "You want to say:Bye^C",
            ],
            _tmux.RowsFrom("client", "You want").Take(6));
        Assert.Equal(
            [
                "hh:mm:ss client say:hello Server!",
                "you want to say:hello Client!",
                "you want to say:\u4F60\u597D \U0001F44D e\u0301",
                "hh:mm:ss client say:\u6211\u5728\u6253\u5B57 \U0001F600",
                "hh:mm:ss client say:Hello Server!",
                "hh:mm:ss client shutdown!",
            ],
            _tmux.RowsFrom("server", "hh:mm:ss client").Take(6));
    }

    [Fact]
    public async Task Three_terminals_hold_one_with_an_operator_and_a_hostile_client_harms_none()
    {
        int port = await ServeAsync("", "Enter-TcpChat -AsOperator $server; Stop-TcpChatServer $server");
        Open("client1", $"Enter-TcpChat -Port {port}");
        string first = Number(await _tmux.WaitForAsync("server", "is here"));
        Open("client2", $"Enter-TcpChat -Port {port}");
        await _tmux.WaitForAsync("client1", "You want to say:");
        await _tmux.WaitForAsync("client2", "You want to say:");
        _tmux.Enter("client1", "I'm Client1");
        await _tmux.WaitForAsync("server", "say:I'm Client1");
        _tmux.Enter("client2", "I'm Client2");
        string second = Number(await _tmux.WaitForAsync("server", "say:I'm Client2"));
        Assert.NotEqual(first, second);

        _tmux.Enter("server", $"/to {first}");
        await _tmux.WaitForAsync("server", $"you want to say to {first}:");
        _tmux.Enter("server", "Hello Client1");
        await _tmux.WaitForAsync("client1", "server say:Hello Client1");
        _tmux.Enter("server", $"/to {second}");
        await _tmux.WaitForAsync("server", $"you want to say to {second}:");
        _tmux.Enter("server", "Hello Client2");
        await _tmux.WaitForAsync("client2", "server say:Hello Client2");
        Assert.DoesNotContain(_tmux.Rows("client1"), static row => row.Contains("Hello Client2", StringComparison.Ordinal));

        using (TcpClient hostile = new())
        {
            await hostile.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
            byte[] bytes = Encoding.UTF8.GetBytes("\e[2J\e[H\e]0;owned\a\e[8mhidden\n");
            await hostile.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);
            await _tmux.WaitForAsync("server", "say:\u241B[2J\u241B[H\u241B]0;owned\u2407\u241B[8mhidden");
        }

        await _tmux.WaitForAsync("server", "shutdown!");
        Assert.Contains($"you want to say to {second}:Hello Client2", _tmux.Rows("server"));

        // The operator leaves, and the server is stopped: each client says so and comes back.
        _tmux.Press("server", "C-d");
        await _tmux.WaitForAsync("client1", "server shutdown!");
        await _tmux.WaitForAsync("client2", "server shutdown!");
        Assert.Equal(
            ["You want to say:I'm Client2", "hh:mm:ss server say:Hello Client2", "hh:mm:ss server shutdown!"],
            _tmux.RowsFrom("client2", "You want").Take(3));
    }

    [Fact]
    public async Task Two_hundred_pasted_lines_arrive_each_and_in_order()
    {
        string[] lines = [.. Enumerable.Range(1, 200).Select(static i => $"line {i}: \u4F60\u597D\uFF0C\u4E16\u754C \U0001F44D and more of it")];
        string file = _folder.Write("paste.txt", string.Join('\n', lines) + "\n");
        int port = await ServeAsync(
            "",
            $$"""
            $heard = @(Receive-TcpMessage -Server $server -Count 200 -TimeoutSec 60)
            $same = ($heard.Text -join "`n") -eq [IO.File]::ReadAllText('{{file}}').TrimEnd()
            "heard $($heard.Count), the same: $same."
            """);
        Open("client", $"Enter-TcpChat -Port {port}");
        await _tmux.WaitForAsync("client", "You want to say:");
        _tmux.Paste("client", file);
        await _tmux.WaitForAsync("server", "heard 200, the same: True.");
        await _tmux.WaitForAsync("client", "say:line 200:");
        Assert.Equal(lines.Select(static l => "You want to say:" + l), _tmux.RowsFrom("client", "You want").Take(200));
    }

    /// <summary>Starts a server in a terminal, which then does what is said; gives its port.</summary>
    private async Task<int> ServeAsync(string options, string then)
    {
        Open("server", $"$server = Start-TcpChatServer 0 {options}\n\"port $($server.Port).\"\n{then}");
        string row = await _tmux.WaitForAsync("server", "port ");
        return int.Parse(row[5..].TrimEnd('.'), CultureInfo.InvariantCulture);
    }

    private void Open(string window, string script) => _tmux.Open(
        window,
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        Path.Combine(HostProcess.Folder, "tcpchat.dll"),
        "-NoLogo",
        "-NoProfile",
        "-NoExit",
        "-File",
        _folder.Write(window + ".ps1", script));

    /// <summary>The number of the session that a line of the operator's is about.</summary>
    private static string Number(string row) => row["hh:mm:ss client ".Length..].Split(' ')[0];
}
