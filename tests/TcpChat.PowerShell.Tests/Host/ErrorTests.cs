namespace TcpChat.PowerShell.Tests.Host;

public sealed class ErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public async Task An_error_in_a_script_is_shown_concisely_on_the_error_stream()
    {
        string script = _folder.Write("fails.ps1", "'before'\nthrow 'it broke'\n");
        HostOutcome outcome = await HostProcess.RunAsync("-File", script);
        Assert.Equal(["before"], outcome.Lines);
        Assert.Contains("fails.ps1:2", outcome.Error);
        Assert.Contains("Line |", outcome.Error);
        Assert.Matches(@"2 \|\s+throw 'it broke'", outcome.Error);
        Assert.Contains("it broke", outcome.Error);
        Assert.DoesNotContain('\e', outcome.Error);
    }

    [Fact]
    public async Task Nothing_is_colored_when_redirected()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", "$Host.UI.WriteWarningLine('careful'); \"`e[31mred`e[0m\"; 1/0");
        Assert.Equal(["WARNING: careful", "red"], outcome.Lines);
        Assert.DoesNotContain('\e', outcome.Error);
    }

    [Fact]
    public async Task A_command_that_is_cut_short_says_so()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", "if ($true) {");
        Assert.Contains("ParserError: ", outcome.Error);
        Assert.Contains("Missing closing '}'", outcome.Error);
    }

    [Theory]
    [InlineData("1 | Select-Object -First 1", "Select-Object", "Microsoft.PowerShell.Utility")]
    [InlineData("Get-ChildItem /", "Get-ChildItem", "Microsoft.PowerShell.Management")]
    [InlineData("gci", "Get-ChildItem", "Microsoft.PowerShell.Management")]
    public async Task A_command_of_PowerShell_that_is_missing_is_explained(string command, string name, string module)
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", command);
        Assert.StartsWith($"{name}: The command '{name}' is part of {module}, which comes with PowerShell;", outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task A_missing_command_can_be_caught_as_such()
    {
        const string Command = """
            try { 1 | Write-Host -ForegroundColor Red } catch [System.Management.Automation.CommandNotFoundException] { "$($_.FullyQualifiedErrorId)" }
            try { Get-Nonsense } catch { $_.FullyQualifiedErrorId }
            """;
        HostOutcome outcome = await HostProcess.RunAsync("-c", Command);
        Assert.Equal(["CommandNotFoundException,Write-Host", "CommandNotFoundException"], outcome.Lines);
    }
}
