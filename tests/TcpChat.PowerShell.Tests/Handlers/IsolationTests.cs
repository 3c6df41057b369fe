namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>What one conversation leaves behind, the next does not see. One worker at most serves them all.</summary>
public sealed class IsolationTests : IClassFixture<Engine>, IDisposable
{
    private const string Initialization =
        """
        -ThrottleLimit 1 -InitializationScript {
            $kept = 'initial'; $global:list = 1, 2; function keep { 'kept' } function replaced { 'original' }
            $ExecutionContext.SessionState.InvokeProvider.Item.Set('Alias:\short', 'keep')
        }
        """;

    private readonly Engine _engine;
    private readonly string _folder = Directory.CreateTempSubdirectory("tcpchat-").FullName;
    private readonly string _module;

    public IsolationTests(Engine engine)
    {
        _engine = engine;
        _module = Path.Combine(_folder, "Leftover.psm1");
        File.WriteAllText(_module, "$script:count = 0; function Get-Leftover { ($script:count++) }");
    }

    /// <summary>What the first session's handler does, what the second one looks at, and what that must be.</summary>
    public static TheoryData<string, string, string> Traces => new()
    {
        { "$x = 1", "\"<$x>\"", "<>" },
        { "$global:x = 1", "\"<$x>\"", "<>" },
        { "$script:x = 1", "\"<$x>\"", "<>" },
        { "[int]$x = 1; $x = 2", "$x = 'text'; $x", "text" },
        { "$null = $ExecutionContext.SessionState.InvokeProvider.Item.Set('Variable:\\x', [psvariable]::new('x', 1, 'ReadOnly, AllScope'))", "\"<$x>\"", "<>" },
        { "$null = $ExecutionContext.SessionState.InvokeProvider.Item.Set('Variable:\\x', [psvariable]::new('x', 1, 'Constant, AllScope'))", "\"<$x>\"", "<>" },
        { "$kept = 'changed'", "$kept", "initial" },
        { "$global:kept = 'changed'", "$kept + $global:kept", "initialinitial" },
        { "$global:list = 3", "\"$list\"", "1 2" },
        { "$ExecutionContext.SessionState.PSVariable.Remove('global:kept')", "$kept", "initial" },
        { "function f { 'f' }", "\"<$(Get-Command f -ErrorAction Ignore)>\"", "<>" },
        { "function global:f { 'f' }", "\"<$(Get-Command f -ErrorAction Ignore)>\"", "<>" },
        { "function global:replaced { 'other' }", "replaced", "original" },
        { "function global:Get-Module { }; Import-Module $env:TCPCHAT_TEST_MODULE", "\"<$(Get-Command Get-Leftover -ErrorAction Ignore)>\"", "<>" },
        { "$ExecutionContext.SessionState.InvokeProvider.Item.Remove('Function:\\keep', $false)", "keep", "kept" },
        { "$null = $ExecutionContext.SessionState.InvokeProvider.Item.Set('Alias:\\here', 'keep')", "\"<$(Get-Command here -ErrorAction Ignore)>\"", "<>" },
        { "$null = $ExecutionContext.SessionState.InvokeProvider.Item.Set('Alias:\\short', 'replaced')", "short", "kept" },
        { "Import-Module $env:TCPCHAT_TEST_MODULE; $null = Get-Leftover", "\"<$(Get-Command Get-Leftover -ErrorAction Ignore)$(Get-Module Leftover)>\"", "<>" },
        { "Remove-Module TcpChat", "(Get-Command Send-TcpMessage).Name", "Send-TcpMessage" },
        { "$null = $ExecutionContext.SessionState.Path.SetLocation('/')", "\"$PWD\" -eq '/'", "False" },
        { "$null = 'a' -match 'a'", "\"<$($Matches.Count)>\"", "<0>" },
        { "try { throw 'x' } catch { }", "$Error.Count", "0" },
        { "$ErrorActionPreference = 'Ignore'", "\"$ErrorActionPreference\"", "Stop" },
        { "$global:ErrorActionPreference = 'Ignore'", "\"$ErrorActionPreference\"", "Stop" },
        { "$PSDefaultParameterValues['Get-Command:Name'] = 'x'", "$PSDefaultParameterValues.Count", "0" },
        { "$global:OFS = '-'", "\"$(1, 2)\"", "1 2" },
        { "[cultureinfo]::CurrentCulture = 'de-DE'", "[cultureinfo]::CurrentCulture.Name -eq 'de-DE'", "False" },
        { "$global:LASTEXITCODE = 7", "\"<$LASTEXITCODE>\"", "<>" },
        { "throw 'x'", "'y'", "y" },
        { "$global:x = 1; exit", "\"<$x>\"", "<>" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Traces))]
    public void The_next_conversation_sees_nothing_of_it(string first, string second, string expected)
    {
        int port = Start(
            $$"""
            $server = Start-TcpChatServer {{Initialization}} -ScriptBlock {
                param($Session)
                if ((Receive-TcpMessage $Session).Text -eq 'first') { {{first}} } else { $answer = & { {{second}} }; Send-TcpMessage $answer $Session }
            }
            $server.Port
            """);
        Assert.Equal(string.Empty, Caller.Ask(port, "first\n"));
        Assert.Equal(expected + "\n", Caller.Ask(port, "second\n"));
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void The_messages_of_the_next_session_see_nothing_of_it(string first, string second, string expected)
    {
        int port = Start(
            $$"""
            $server = Start-TcpChatServer {{Initialization}} -OnMessage {
                if ($_.Text -eq 'first') { {{first}} } else { {{second}} }
            }
            $server.Port
            """);
        Assert.Equal(string.Empty, Caller.Ask(port, "first\n"));
        Assert.Equal(expected + "\n", Caller.Ask(port, "second\n"));
    }

    [Theory]
    [InlineData("-ScriptBlock { param($Session) $global:x = 1; function global:f { }; Send-TcpMessage ([runspace]::DefaultRunspace.InstanceId) $Session }")]
    [InlineData("-OnMessage { $global:x = 1; function global:f { }; [runspace]::DefaultRunspace.InstanceId }")]
    public void The_runspace_is_used_again(string block)
    {
        int port = Start($"$server = Start-TcpChatServer -ThrottleLimit 1 {block}; $server.Port");
        Assert.Equal(Caller.Ask(port, "a\n"), Caller.Ask(port, "a\n"));
    }

    private int Start(string script) =>
        _engine.Get<int>("param($Module) $env:TCPCHAT_TEST_MODULE = $Module; " + script, _module);
}
