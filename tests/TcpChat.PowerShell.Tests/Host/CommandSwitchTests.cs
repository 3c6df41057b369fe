namespace TcpChat.PowerShell.Tests.Host;

public sealed class CommandSwitchTests
{
    [Fact]
    public async Task Output_is_shown_and_success_is_0()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-NoProfile", "-Command", "1..3", "|", "ForEach-Object { $_ * 2 }");
        Assert.Equal(["2", "4", "6"], outcome.Lines);
        Assert.Empty(outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("1/0", 1)]
    [InlineData("1/0; 1", 0)]
    [InlineData("\"never ends", 1)]
    [InlineData("}", 1)]
    public async Task Exit_codes_are_those_of_pwsh(string command, int exitCode)
    {
        Assert.Equal(exitCode, (await HostProcess.RunAsync("-c", command)).ExitCode);
    }

    [Fact]
    public async Task A_failed_program_gives_1()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        Assert.Equal(1, (await HostProcess.RunAsync("-c", "sh -c 'exit 9'")).ExitCode);
        Assert.Equal(9, (await HostProcess.RunAsync("-c", "sh -c 'exit 9'; exit $LASTEXITCODE")).ExitCode);
    }

    [Fact]
    public async Task An_encoded_command_is_decoded()
    {
        string encoded = Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes("'grüße'"));
        Assert.Equal(["grüße"], (await HostProcess.RunAsync("-EncodedCommand", encoded)).Lines);
    }

    [Fact]
    public async Task Input_that_the_command_uses_is_piped_to_it()
    {
        HostOutcome outcome = await HostProcess.RunAsync(["-c", "$input | ForEach-Object { \"<$_>\" }"], "one\ntwo\n");
        Assert.Equal(["<one>", "<two>"], outcome.Lines);
    }

    [Fact]
    public async Task The_working_directory_is_where_it_starts()
    {
        using var folder = new TemporaryFolder();
        HostOutcome outcome = await HostProcess.RunAsync("-wd", folder.FullName, "-c", "$PWD.Path");
        Assert.Equal([folder.FullName], outcome.Lines);
    }

    [Fact]
    public async Task An_unknown_switch_is_refused_with_64()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-Bogus");
        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("The argument '-Bogus' is not recognized as the name of a script file.", outcome.Error);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task The_version_names_the_engine()
    {
        HostOutcome outcome = await HostProcess.RunAsync("--version");
        Assert.Matches(@"^tcpchat \d+\.\d+\.\d+ \(PowerShell engine 7\.6\.\d+\)\s*$", outcome.Output);
    }

    [Fact]
    public async Task Reading_is_refused_when_not_interactive()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-NonInteractive", "-c", "$Host.UI.ReadLine()");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("PowerShell is in NonInteractive mode.", outcome.Error);
    }

    [Fact]
    public async Task The_host_names_itself()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", "$Host.Name; $Host.UI.RawUI.WindowSize.Width -gt 0; $null -eq $Host.UI.RawUI.KeyAvailable");
        Assert.Equal(["tcpchat", "True", "True"], outcome.Lines);
    }
}
