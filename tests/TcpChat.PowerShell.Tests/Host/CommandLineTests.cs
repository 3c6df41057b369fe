using TcpChat.Host;

namespace TcpChat.PowerShell.Tests.Host;

public sealed class CommandLineTests
{
    [Fact]
    public void Nothing_means_a_prompt_or_the_lines_of_standard_input()
    {
        Assert.Equal("Prompt", Parse().Mode.ToString());
        Assert.Equal("StandardInput", CommandLine.Parse([], _ => false, isInputRedirected: true).Mode.ToString());
    }

    [Theory]
    [InlineData("-Command")]
    [InlineData("--Command")]
    [InlineData("/Command")]
    [InlineData("-c")]
    [InlineData("-COMM")]
    [InlineData("\u2013c")]
    public void A_command_takes_the_rest_of_the_line(string word)
    {
        CommandLine line = Parse("-NoProfile", word, "a", "-File", "b c");
        Assert.Equal("Command", line.Mode.ToString());
        Assert.Equal("a -File b c", line.Text);
    }

    [Theory]
    [InlineData("-nop")]
    [InlineData("-NoProfile")]
    [InlineData("-noni")]
    [InlineData("-nol")]
    [InlineData("-noe")]
    [InlineData("-l")]
    [InlineData("-mta")]
    public void Switches_without_a_value_are_taken_in_their_short_forms(string word)
    {
        Assert.Equal("Prompt", Parse(word).Mode.ToString());
    }

    [Theory]
    [InlineData("-ex", "Bypass")]
    [InlineData("-ep", "Bypass")]
    [InlineData("-ExecutionPolicy", "Restricted")]
    [InlineData("-WindowStyle", "Hidden")]
    [InlineData("-OutputFormat", "text")]
    public void Switches_with_a_value_that_changes_nothing_are_taken(params string[] words)
    {
        Assert.Equal("Prompt", Parse(words).Mode.ToString());
    }

    [Fact]
    public void The_settings_are_kept()
    {
        CommandLine line = Parse("-noni", "-noe", "-nol", "-wd", "/x", "-c", "1");
        Assert.True(line.NonInteractive);
        Assert.True(line.NoExit);
        Assert.True(line.NoLogo);
        Assert.Equal("/x", line.WorkingDirectory);
    }

    [Theory]
    [InlineData("-v", "Version")]
    [InlineData("--version", "Version")]
    [InlineData("-h", "Help")]
    [InlineData("-?", "Help")]
    [InlineData("/?", "Help")]
    public void Questions_about_the_program_are_answered(string word, string mode)
    {
        Assert.Equal(mode, Parse(word, "-c", "1").Mode.ToString());
    }

    [Fact]
    public void A_script_takes_the_rest_as_its_arguments()
    {
        CommandLine line = Parse("-f", "a.ps1", "-Command", "x", "-Flag:$false", "-Name:", "-y", "--", "", "-");
        Assert.Equal("File", line.Mode.ToString());
        Assert.Equal("a.ps1", line.Text);
        Assert.Equal(
            [
                new ScriptArgument("-Command", null),
                new ScriptArgument(null, "x"),
                new ScriptArgument("-Flag", false),
                new ScriptArgument("-Name", "-y"),
                new ScriptArgument("--", null),
                new ScriptArgument(null, ""),
                new ScriptArgument(null, "-"),
            ],
            line.Arguments);
    }

    [Theory]
    [InlineData("-Bogus")]
    [InlineData("-no")]
    [InlineData("none.ps1")]
    [InlineData("-File")]
    [InlineData("-Command")]
    [InlineData("-WorkingDirectory")]
    [InlineData("-EncodedCommand", "not base64!")]
    [InlineData("-OutputFormat", "XML")]
    [InlineData("-SSHServerMode")]
    [InlineData("-c", "-")]
    [InlineData("-e", "MQA=", "-c", "1")]
    public void What_cannot_be_done_is_refused_with_a_reason(params string[] words)
    {
        CommandLine line = Parse(words);
        Assert.Equal("Refused", line.Mode.ToString());
        Assert.NotNull(line.Error);
    }

    private static CommandLine Parse(params string[] words)
    {
        return CommandLine.Parse(words, path => path == "a.ps1", isInputRedirected: false);
    }
}
