using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Files and transcripts in an engine without PowerShell's own modules.</summary>
public sealed class FileTests(Engine engine) : IClassFixture<Engine>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("-Framing Raw")]
    [InlineData("-Framing LengthPrefixed")]
    [InlineData("-Framing Line")]
    [InlineData("-Delimiter '--'")]
    public void A_file_goes_over_a_session(string framing)
    {
        string told = engine.Text(
            $$"""
            param($Folder)
            $server = Start-TcpChatServer {{framing}}
            $client = $server | Connect-TcpChat {{framing}}
            $peer = Wait-TcpChatSession -Server $server
            [IO.File]::WriteAllText("$Folder/file", "one`ntwo`n--")
            $sent = $client | Send-TcpMessage -LiteralPath "$Folder/file"
            Disconnect-TcpChat $client
            $received = $peer | Receive-TcpMessage -LiteralPath "$Folder/copy" -Force
            "$($sent.Direction) $($sent.Length)", "$($received.Direction)", [IO.File]::ReadAllText("$Folder/copy").StartsWith("one`ntwo`n--")
            """,
            _folder.FullName);
        Assert.Equal("Sent 10|Received|True", told);
    }

    [Fact]
    public void A_file_goes_to_one_session_as_an_argument_and_by_its_name()
    {
        string told = engine.Text(
            """
            param($Folder)
            $server = Start-TcpChatServer
            $client = $server | Connect-TcpChat -Name filer
            [IO.File]::WriteAllText("$Folder/file", 'x')
            (Send-TcpMessage -LiteralPath "$Folder/file" filer).Length
            (Send-TcpMessage $client -LiteralPath "$Folder/file").Length
            Receive-TcpMessage $server -Count 2 | ForEach-Object Text
            """,
            _folder.FullName);
        Assert.Equal("1|1|x|x", told);
    }

    [Fact]
    public void Other_messages_wait_for_the_file_to_end()
    {
        string told = engine.Text(
            """
            param($Folder)
            $server = Start-TcpChatServer -Framing LengthPrefixed
            $client = $server | Connect-TcpChat -Framing LengthPrefixed
            $peer = Wait-TcpChatSession -Server $server
            [IO.File]::WriteAllBytes("$Folder/file", [byte[]]::new(300000))
            $null = Send-TcpMessage -LiteralPath "$Folder/file" $client
            'after' | Send-TcpMessage -Session $client
            (Receive-TcpMessage $peer -LiteralPath "$Folder/copy" -Force).Length
            (Receive-TcpMessage $peer).Text
            """,
            _folder.FullName);
        Assert.Equal("300000|after", told);
    }

    [Fact]
    public void A_transcript_is_json_lines()
    {
        string told = engine.Text(
            """
            param($Folder)
            $server = Start-TcpChatServer -Echo
            $client = $server | Connect-TcpChat -TranscriptPath "$Folder/transcript"
            'hi' | Send-TcpMessage -Session $client
            $null = Receive-TcpMessage $client
            Disconnect-TcpChat $client
            [IO.File]::ReadAllLines("$Folder/transcript") | ForEach-Object { "$([Text.Json.Nodes.JsonNode]::Parse($_)['kind'])" }
            """,
            _folder.FullName);
        Assert.Equal("opened|message|message|closed", told);
    }

    public void Dispose() => _folder.Dispose();
}
