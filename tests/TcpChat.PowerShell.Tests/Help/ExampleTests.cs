using System.Management.Automation.Language;

namespace TcpChat.PowerShell.Tests.Help;

/// <summary>Every example is run, in a runspace of its own, and gives what its page says.</summary>
public sealed class ExampleTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    // They come with PowerShell itself, not with the engine: an example with one of them is only parsed here.
    private static readonly HashSet<string> s_notInTheEngine = new(StringComparer.OrdinalIgnoreCase)
    {
        "Add-Content", "ConvertFrom-Json", "ConvertTo-Json", "Format-List", "Format-Table", "Get-ChildItem", "Get-Content", "Get-Date",
        "Measure-Object", "Out-String", "Register-ObjectEvent", "Remove-Event", "Select-Object", "Set-Content", "Sort-Object", "Start-Sleep", "Unregister-Event", "Wait-Event", "Write-Host", "Write-Output",
    };

    public static TheoryData<string, int> Examples
    {
        get
        {
            TheoryData<string, int> all = [];
            foreach (string command in HelpFiles.DocumentedCommands)
            {
                for (int i = 0; i < CommandPage.Load(command).Examples.Count; i++)
                {
                    all.Add(command, i + 1);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_runs_and_gives_what_its_page_says(string command, int number)
    {
        PageExample example = CommandPage.Load(command).Examples[number - 1];
        ScriptBlockAst script = Parser.ParseInput(example.Code, out _, out ParseError[] errors);
        Assert.Empty(errors);

        using ModuleRunspace runspace = new();
        string[] used = [.. script.FindAll(static ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>().Select(static c => c.GetCommandName()).OfType<string>().Distinct()];
        Assert.Contains(command, used, StringComparer.OrdinalIgnoreCase);
        string[] missing = [.. used.Where(name => !runspace.HasCommand(name))];
        Assert.All(missing, static name => Assert.Contains(name, s_notInTheEngine));
        if (missing.Length > 0)
        {
            return;
        }

        (IReadOnlyList<string> output, IReadOnlyList<string> failures) = runspace.Run(example.Code, s_limit);
        if (!example.ShowsError)
        {
            Assert.Empty(failures);
        }

        if (example.Output is not null)
        {
            Assert.Equal(example.Output, string.Join('\n', output));
        }
    }
}
