namespace TcpChat.PowerShell.Tests.Host;

public sealed class StandardInputTests
{
    [Fact]
    public async Task Lines_run_one_by_one_without_a_prompt()
    {
        HostOutcome outcome = await HostProcess.RunAsync([], "$a = 20\n$a + 1\n$a + 2\n");
        Assert.Equal(["21", "22"], outcome.Lines);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task A_statement_of_several_lines_goes_on_until_an_empty_line()
    {
        HostOutcome outcome = await HostProcess.RunAsync(["-Command", "-"], "if ($true) {\n'in'\n}\n\n'out'\n");
        Assert.Equal(["in", "out"], outcome.Lines);
    }

    [Fact]
    public async Task A_statement_of_several_lines_runs_at_the_end_of_the_input()
    {
        HostOutcome outcome = await HostProcess.RunAsync(["-c", "-"], "foreach ($i in 1..2) {\n\"n$i\"\n}");
        Assert.Equal(["n1", "n2"], outcome.Lines);
    }

    [Theory]
    [InlineData("'a'\n1/0\n", 1)]
    [InlineData("1/0\n'a'\n", 0)]
    [InlineData("'a'\nexit 4\n'never'\n", 4)]
    public async Task The_exit_code_is_that_of_the_last_line(string lines, int exitCode)
    {
        HostOutcome outcome = await HostProcess.RunAsync([], lines);
        Assert.Equal(["a"], outcome.Lines);
        Assert.Equal(exitCode, outcome.ExitCode);
    }

    [Fact]
    public async Task Lines_are_history()
    {
        HostOutcome outcome = await HostProcess.RunAsync([], "'first'\n(Get-History).CommandLine\n");
        Assert.Equal(["first", "'first'"], outcome.Lines);
    }
}
