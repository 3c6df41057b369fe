namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>A stream of bytes through the cmdlets, far larger than every buffer on its way.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_hundred_megabytes_arrive_byte_for_byte_in_both_directions()
    {
        string outcome = _engine.Text(
            """
            $server = Start-TcpChatServer -Framing Raw
            $client = Connect-TcpChat 127.0.0.1 $server.Port -Framing Raw
            $session = Wait-TcpChatSession -Server $server

            # Each end receives in a runspace of its own and hashes what comes, while this one sends to both.
            $hash = {
                param($Manifest, $Session, $Length)
                Import-Module $Manifest
                $sha = [Security.Cryptography.IncrementalHash]::CreateHash('SHA256')
                $left = $Length
                do {
                    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
                        $sha.AppendData($_.Bytes)
                        $left -= $_.Bytes.Length
                        if ($left -le 0) { break }
                    }
                } while ($false)
                "$left $([Convert]::ToHexString($sha.GetHashAndReset()))"
            }
            $block = [byte[]]::new(1MB)
            $count = 100
            $ends = foreach ($end in $client, $session) {
                # Without the modules that come with PowerShell itself, which are not there.
                $shell = [PowerShell]::Create([InitialSessionState]::CreateDefault2()).AddScript($hash).AddArgument($args[0]).AddArgument($end).AddArgument($count * $block.Length)
                @{ Shell = $shell; Running = $shell.BeginInvoke() }
            }

            $sent = [Security.Cryptography.IncrementalHash]::CreateHash('SHA256')
            $random = [Random]::new(7)
            foreach ($i in 1..$count) {
                $random.NextBytes($block)
                $sent.AppendData($block)
                $copy = $block.Clone()
                Send-TcpMessage $copy $client, $session
            }
            $expected = "0 $([Convert]::ToHexString($sent.GetHashAndReset()))"
            foreach ($end in $ends) { "$($end.Shell.EndInvoke($end.Running))" -eq $expected }
            $client.BytesReceived, $session.BytesReceived
            """,
            Repository.Manifest);
        Assert.Equal("True|True|104857600|104857600", outcome);
    }
}
