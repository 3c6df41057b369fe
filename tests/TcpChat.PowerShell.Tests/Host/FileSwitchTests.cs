namespace TcpChat.PowerShell.Tests.Host;

public sealed class FileSwitchTests : IDisposable
{
    private const string ShowsArguments = """
        param([string] $Name, [switch] $Flag, $Rest)
        "$Name|$Flag|$Rest|$args"
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a|False||", "a")]
    [InlineData("a|True||", "-Name", "a", "-Flag")]
    [InlineData("a|False||", "-Flag:$false", "-Name:a")]
    [InlineData("a|True||", "-Flag:true", "-Name:", "a")]
    [InlineData("a|True|b|c", "-Flag", "a", "b", "c")]
    [InlineData("a b|False|$x;|", "a b", "$x;")]
    public async Task Arguments_bind_as_in_pwsh(string expected, params string[] arguments)
    {
        string script = _folder.Write("arguments.ps1", ShowsArguments);
        HostOutcome outcome = await HostProcess.RunAsync(["-File", script, .. arguments]);
        Assert.Equal([expected], outcome.Lines);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task The_first_word_that_is_no_switch_is_a_script()
    {
        string script = _folder.Write("arguments.ps1", ShowsArguments);
        Assert.Equal(["x|False||"], (await HostProcess.RunAsync("-nop", "-noni", script, "x")).Lines);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("& { exit 6 }; 1", 6)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("1/0; 'goes on'", 0)]
    [InlineData("'fine'", 0)]
    public async Task Exit_codes_are_those_of_pwsh(string script, int exitCode)
    {
        Assert.Equal(exitCode, (await HostProcess.RunAsync("-File", _folder.Write("script.ps1", script))).ExitCode);
    }

    [Fact]
    public async Task A_failed_program_in_a_script_is_not_the_scripts_exit_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        Assert.Equal(0, (await HostProcess.RunAsync("-File", _folder.Write("script.ps1", "sh -c 'exit 9'"))).ExitCode);
    }

    [Fact]
    public async Task A_called_script_that_exits_does_not_end_the_caller()
    {
        _folder.Write("inner.ps1", "exit 5");
        string outer = _folder.Write("outer.ps1", "& $PSScriptRoot/inner.ps1; \"inner gave $LASTEXITCODE\"");
        HostOutcome outcome = await HostProcess.RunAsync("-File", outer);
        Assert.Equal(["inner gave 5"], outcome.Lines);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task A_missing_script_is_refused_with_64()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-File", "nowhere.ps1");
        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("The argument 'nowhere.ps1' is not recognized as the name of a script file.", outcome.Error);
    }

    [Fact]
    public async Task A_script_without_input_runs_its_process_block_once()
    {
        string script = _folder.Write("blocks.ps1", "begin { 'b' } process { 'p' } end { 'e' }");
        Assert.Equal(["b", "p", "e"], (await HostProcess.RunAsync("-File", script)).Lines);
    }
}
