using System.Management.Automation;
using System.Xml.Linq;

namespace TcpChat.PowerShell.Tests.Help;

public sealed class HelpFileTests
{
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static TheoryData<string> Commands => [.. HelpFiles.DocumentedCommands];

    [Fact]
    public void The_help_file_has_the_commands_that_have_pages() =>
        Assert.Equal(
            HelpFiles.DocumentedCommands,
            XDocument.Load(HelpFiles.CommandHelp).Descendants(s_command + "name").Select(static name => name.Value).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_help_file_says_what_the_page_says(string command)
    {
        CommandPage page = CommandPage.Load(command);
        XElement help = XDocument.Load(HelpFiles.CommandHelp).Root!.Elements().Single(c => c.Descendants(s_command + "name").Single().Value == command);
        Assert.Equal(page.Synopsis, help.Element(s_command + "details")!.Element(s_maml + "description")!.Value.Trim());
        Assert.Equal(
            page.Parameters.Select(static p => p.Name).Order(StringComparer.Ordinal),
            help.Element(s_command + "parameters")!.Elements().Select(static p => p.Element(s_maml + "name")!.Value).Order(StringComparer.Ordinal));
        Assert.All(
            help.Element(s_command + "parameters")!.Elements(),
            static p => Assert.NotEmpty(p.Element(s_maml + "description")!.Value.Trim()));
        Assert.Equal(
            page.Examples.Select(static e => e.Code),
            help.Descendants(s_dev + "code").Select(static code => code.Value.ReplaceLineEndings("\n")));
    }

    [Fact]
    public void The_help_files_are_text_without_control_characters() =>
        Assert.All(
            Directory.GetFiles(HelpFiles.Maml),
            static file => Assert.DoesNotContain(File.ReadAllText(file), static c => char.IsControl(c) && c is not ('\n' or '\r')));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Get_Help_finds_it(string command)
    {
        using ModuleRunspace runspace = new();
        PSObject help = Assert.Single(runspace.Invoke(shell => shell.AddCommand("Get-Help").AddParameter("Name", command).AddParameter("Full")));
        Assert.Equal(CommandPage.Load(command).Synopsis, $"{help.Properties["Synopsis"].Value}".Trim());
    }
}
