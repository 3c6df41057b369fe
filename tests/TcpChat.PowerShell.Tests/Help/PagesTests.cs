using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Help;

public sealed class PagesTests(PagesTests.BuiltModule module) : IClassFixture<PagesTests.BuiltModule>
{
    public static TheoryData<string> Commands => [.. HelpFiles.DocumentedCommands];

    [Fact]
    public void Every_cmdlet_has_a_page_and_every_page_a_cmdlet() =>
        Assert.Equal(module.Cmdlets.Keys.Order(StringComparer.Ordinal), HelpFiles.DocumentedCommands);

    [Fact]
    public void The_module_page_lists_every_cmdlet_with_its_synopsis()
    {
        string page = File.ReadAllText(HelpFiles.ModulePage).ReplaceLineEndings("\n");
        foreach (string command in module.Cmdlets.Keys)
        {
            Assert.Contains($"### [{command}]({command}.md)\n\n{CommandPage.Load(command).Synopsis}\n", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_placeholder_is_left() =>
        Assert.All(
            Directory.GetFiles(HelpFiles.Pages).Concat(Directory.GetFiles(HelpFiles.Maml)),
            static file => Assert.DoesNotContain("{{", File.ReadAllText(file), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_page_has_the_parameters_of_the_code(string command) =>
        Assert.Equal(
            CodeParameter.Of(module.Cmdlets[command]).Select(static p => p.Name).Order(StringComparer.Ordinal),
            CommandPage.Load(command).Parameters.Select(static p => p.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Types_aliases_and_binding_are_those_of_the_code(string command)
    {
        Dictionary<string, PageParameter> described = CommandPage.Load(command).Parameters.ToDictionary(static p => p.Name);
        foreach (PageParameter real in CodeParameter.Of(module.Cmdlets[command]))
        {
            PageParameter page = described[real.Name];
            Assert.True(page.Description.Length > 20, $"-{real.Name} is not described.");
            Assert.Equal($"-{real.Name} {real.Type}", $"-{real.Name} {page.Type}");
            Assert.Equal($"-{real.Name} {real.Aliases}", $"-{real.Name} {page.Aliases}");
            Assert.Equal($"-{real.Name} {real.IsWildcard}", $"-{real.Name} {page.IsWildcard}");
            Assert.Equal(real.Sets.Prepend(real.Name), page.Sets.Prepend(real.Name));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_syntax_is_that_of_the_code(string command) =>
        Assert.Equal(
            module.Cmdlets[command].ParameterSets.Select(set => $"{command} {set}".Replace(" [<CommonParameters>]", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            CommandPage.Load(command).Syntax.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Input_types_are_those_that_come_through_the_pipeline(string command) =>
        Assert.Equal(
            module.Cmdlets[command].Parameters.Values
                .Where(static p => p.ParameterSets.Values.Any(static set => set.ValueFromPipeline || set.ValueFromPipelineByPropertyName))
                .Select(static p => p.ParameterType.FullName!).Distinct().Order(StringComparer.Ordinal),
            CommandPage.Load(command).Inputs.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Output_types_are_those_of_the_code(string command) =>
        Assert.Equal(
            module.Cmdlets[command].OutputType.Select(static t => t.Name).Order(StringComparer.Ordinal),
            CommandPage.Load(command).Outputs.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_page_has_a_synopsis_three_examples_a_table_of_errors_and_links(string command)
    {
        CommandPage page = CommandPage.Load(command);
        Assert.NotEmpty(page.Synopsis);
        Assert.True(page.Examples.Count >= 3, $"{page.Examples.Count} examples.");
        Assert.All(page.Examples, static example => Assert.NotEmpty(example.Code));
        Assert.Contains("| Error id | Category | When |", page.Notes, StringComparison.Ordinal);
        Assert.All(
            page.Links,
            link => Assert.True(
                module.Cmdlets.ContainsKey(link) || File.Exists(Path.Combine(HelpFiles.Maml, link + ".help.txt")),
                $"The link {link} leads nowhere."));
    }

    /// <summary>The cmdlets of the built module, by name.</summary>
    public sealed class BuiltModule : IDisposable
    {
        private readonly ModuleRunspace _runspace = new();

        public BuiltModule() => Cmdlets = _runspace.GetCmdlets().ToDictionary(static c => c.Name);

        public Dictionary<string, CmdletInfo> Cmdlets { get; }

        public void Dispose() => _runspace.Dispose();
    }
}
