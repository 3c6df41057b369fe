namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>redis-server, whose commands and answers are lines that end with CR and LF, and values of a length told before.</summary>
public sealed class RedisTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Answers_to_commands_are_lines()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+PONG|+OK|$12|hello \u4F60\u597D|$-1|-ERR unknown command 'SEND', with args beginning with: 'it' ",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
                'PING', "SET greeting 'hello $([char]0x4F60)$([char]0x597D)'", 'GET greeting', 'GET nothing', 'SEND it' | Send-TcpMessage -Session $redis
                Receive-TcpMessage $redis -Count 6 -TimeoutSec 10 | ForEach-Object Text
                """,
                redis.Port));
    }

    [Fact]
    public async Task A_value_of_a_megabyte_goes_and_comes_in_one_message()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+OK|$2097152|True",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf -MaximumMessageSize 2MB
                $value = 'The five boxing wizards jump. 1' * 64KB + '!' * 64KB
                Send-TcpMessage "*3`r`n`$3`r`nSET`r`n`$3`r`nbig`r`n`$$($value.Length)`r`n$value" $redis
                Send-TcpMessage 'GET big' $redis
                Receive-TcpMessage $redis -Count 2 -TimeoutSec 20 | ForEach-Object Text
                [string](Receive-TcpMessage $redis -TimeoutSec 20).Text.Equals($value)
                """,
                redis.Port));
    }

    [Fact]
    public async Task A_value_larger_than_the_limit_closes_the_session_and_what_came_before_is_there()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+OK|:1048577|$1048577|MessageTooLarge",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
                'SET big x', "SETRANGE big $(1MB) y", 'GET big' | Send-TcpMessage -Session $redis
                Receive-TcpMessage $redis -Follow -TimeoutSec 20 | ForEach-Object Text
                $redis.CloseReason
                """,
                redis.Port));
    }

    [Fact]
    public async Task Any_bytes_come_back_as_they_went_with_raw_framing()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+OK|$1048576|True",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -Framing Raw -Encoding latin1
                $text = [char[]](0..255) -join ''
                $value = $text * 4KB
                Send-TcpMessage "*3`r`n`$3`r`nSET`r`n`$5`r`nbytes`r`n`$$($value.Length)`r`n$value`r`nGET bytes`r`n" $redis
                $expected = "+OK`r`n`$1048576`r`n$value`r`n"
                $read = [System.Text.StringBuilder]::new()
                while ($read.Length -lt $expected.Length) { $null = $read.Append((Receive-TcpMessage $redis -TimeoutSec 20 -ErrorAction Stop).Text) }
                "$read".Substring(0, 15) -split "`r`n" -ne ''
                [string]"$read".Equals($expected)
                """,
                redis.Port));
    }

    [Fact]
    public async Task A_value_with_line_ends_is_whole_where_CR_and_LF_delimit()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+OK|$9|one\ntwo\n\n|+PONG",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -Delimiter "`r`n"
                'SET lines "one\ntwo\n\n"', 'GET lines', 'PING' | Send-TcpMessage -Session $redis
                Receive-TcpMessage $redis -Count 4 -TimeoutSec 10 | ForEach-Object Text
                """,
                redis.Port));
    }

    [Theory]
    [InlineData("Send-TcpMessage ((@('INCR count') * 100) -join \"`r`n\") $redis")]
    [InlineData("@('INCR count') * 100 | Send-TcpMessage -Session $redis")]
    public async Task A_hundred_commands_at_once_are_answered_in_order(string send)
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            string.Join('|', Enumerable.Range(1, 100).Select(static number => $":{number}")),
            engine.Text(
                $$"""
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
                {{send}}
                Receive-TcpMessage $redis -Count 100 -TimeoutSec 10 | ForEach-Object Text
                """,
                redis.Port));
    }

    [Fact]
    public async Task What_one_publishes_comes_to_all_who_subscribed()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "*3,$7,message,$4,news,$4,rain|*3,$7,message,$4,news,$4,rain|:2",
            engine.Text(
                """
                param($Port) $sessions = '127.0.0.1', '127.0.0.1', '127.0.0.1' | Connect-TcpChat -Port $Port -LineEnding CrLf
                $readers = $sessions[0, 1]
                $readers | Send-TcpMessage 'SUBSCRIBE news'
                $null = Receive-TcpMessage $readers -Count 6 -TimeoutSec 10
                Send-TcpMessage 'PUBLISH news rain' $sessions[2]
                foreach ($reader in $readers) { @(Receive-TcpMessage $reader -Count 7 -TimeoutSec 10) -join ',' }
                "$(Receive-TcpMessage $sessions[2] -TimeoutSec 10)"
                """,
                redis.Port));
    }

    [Fact]
    public async Task When_it_shuts_down_the_session_says_that_the_peer_closed()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        Assert.Equal(
            "+PONG|PeerClosed",
            engine.Text(
                """
                param($Port) $redis = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
                'PING' | Send-TcpMessage -Session $redis
                "$(Receive-TcpMessage $redis -TimeoutSec 20)"
                'SHUTDOWN NOSAVE' | Send-TcpMessage -Session $redis
                Receive-TcpMessage $redis -Follow -TimeoutSec 20 | ForEach-Object Text
                $redis.CloseReason
                """,
                redis.Port));
    }
}
