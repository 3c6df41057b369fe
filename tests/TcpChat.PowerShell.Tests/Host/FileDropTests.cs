using System.Security.Cryptography;

namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The example lan-file-drop.ps1 with its two ends in processes of their own, and with senders that mean no good.</summary>
public sealed class FileDropTests(Engine engine) : IClassFixture<Engine>
{
    // Says what file is to come, sends these pieces of it where it may, and gives the answer.
    private const string Drop =
        """
        function Drop {
            param($Port, [string] $Head, [string[]] $Pieces)
            $session = Connect-TcpChat 127.0.0.1 $Port -Framing Raw
            Send-TcpMessage "$Head`n" $session
            $answer = "$(Wait-TcpMessage '.*\n' $session)".Trim()
            if ($answer -eq 'go on') {
                $Pieces | Send-TcpMessage -Session $session
                $answer = "$(Wait-TcpMessage '.*\n' $session)".Trim()
            }
            $answer
        }

        """;

    private static readonly string s_checksumOfOneTwo = Convert.ToHexString(SHA256.HashData("onetwo"u8));

    [Fact]
    public async Task A_file_goes_from_one_process_to_another()
    {
        using TemporaryFolder folder = new();
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        string sent = Path.Combine(folder.FullName, "a b.bin");
        await File.WriteAllBytesAsync(sent, content, TestContext.Current.CancellationToken);
        string into = Directory.CreateDirectory(Path.Combine(folder.FullName, "in")).FullName;
        using HostProcess receiver = Receive(into);
        string port = await PortAsync(receiver);

        string line = Assert.Single(await ExampleRun.LinesAsync("lan-file-drop.ps1", "-Path", sent, "-ComputerName", "127.0.0.1", "-Port", port));
        Assert.Equal($"sent a b.bin to 127.0.0.1: 300000 bytes, SHA-256 {Convert.ToHexString(SHA256.HashData(content))[..16]}...", line);
        Assert.Equal("Receiver kept a b.bin from 127.0.0.1: 300000 bytes, the checksum is equal", await receiver.ReadLineAsync());
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(into, "a b.bin"), TestContext.Current.CancellationToken));

        HostOutcome again = await HostProcess.RunAsync("-File", ExampleRun.PathOf("lan-file-drop.ps1"), "-Path", sent, "-ComputerName", "127.0.0.1", "-Port", port);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("127.0.0.1 has refused: there can be no new file a b.bin", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_whole_or_leads_out_of_the_folder_is_not_kept()
    {
        using TemporaryFolder folder = new();
        string into = Directory.CreateDirectory(Path.Combine(folder.FullName, "in")).FullName;
        using HostProcess receiver = Receive(into, "-MaximumLength", "1000");
        string port = await PortAsync(receiver);

        string[] names = ["../out", "..", "/tmp/out", @"..\out", "C:out", ".hidden", "a\u001b[2Jb", "", "dot."];
        Assert.Equal(
            Enumerable.Repeat("refused: this is not a name for a file", names.Length),
            engine.Run(
                Drop + "foreach ($name in $args[1]) { Drop $args[0] \"$name`n6`n$($args[2])\" one, two }", port, names, s_checksumOfOneTwo)
                .Select(static answer => answer.ToString()));
        Assert.Equal(
            "refused: the checksum is another|refused: the checksum is another|refused: a file may have 1000 bytes|kept",
            engine.Text(
                Drop + """
                $port, $checksum = $args
                Drop $port "file`n6`n$checksum" one, owt
                Drop $port "file`n5`n$checksum" one, two
                Drop $port "file`n1001`n$checksum"
                Drop $port "file`n6`n$checksum" one, two
                """,
                port,
                s_checksumOfOneTwo));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories).Where(File.Exists).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Of_a_sender_who_leaves_half_way_nothing_is_kept()
    {
        using TemporaryFolder folder = new();
        using HostProcess receiver = Receive(folder.FullName);
        string port = await PortAsync(receiver);

        engine.Run(
            """
            param($Port, $Checksum)
            $session = Connect-TcpChat 127.0.0.1 $Port -Framing Raw
            Send-TcpMessage "file`n6`n$Checksum`n" $session
            $null = Wait-TcpMessage 'go on' $session
            Send-TcpMessage one $session
            Disconnect-TcpChat $session
            """,
            port,
            s_checksumOfOneTwo);
        Assert.StartsWith("Receiver refused a file from 127.0.0.1: 3 of 6 bytes from the session", await receiver.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("kept", engine.Text(Drop + "Drop $args[0] \"file`n6`n$($args[1])\" one, two", port, s_checksumOfOneTwo));
    }

    private static HostProcess Receive(string folder, params string[] arguments) =>
        HostProcess.Start(["-File", ExampleRun.PathOf("lan-file-drop.ps1"), "-Receive", "-Folder", folder, "-Port", "0", .. arguments]);

    private static async Task<string> PortAsync(HostProcess receiver)
    {
        string line = await receiver.ReadLineAsync() ?? throw new InvalidOperationException((await receiver.EndAsync()).Error);
        Assert.StartsWith("Receiver listens at 127.0.0.1:", line, StringComparison.Ordinal);
        return line.Split(':')[^1];
    }
}
