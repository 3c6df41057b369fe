using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace TcpChat.Host;

/// <summary>Explains a command that exists in PowerShell but not in this host, instead of calling it unknown.</summary>
internal static class MissingCommand
{
    public static void Register(Runspace runspace)
    {
        runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction += OnCommandNotFound;
    }

    internal static string Explain(string command, string module)
    {
        return $"The command '{command}' is part of {module}, which comes with PowerShell; "
            + "tcpchat has only the engine's core commands. Run the script in pwsh 7.6 to use it.";
    }

    private static void OnCommandNotFound(object? sender, CommandLookupEventArgs e)
    {
        if (!PowerShellCommands.TryGetModule(e.CommandName, out string? module))
        {
            return;
        }

        // The engine swallows what this handler throws, so it gets a command that throws when it is run.
        e.Command = CommandThatThrows(e.CommandName, module);
        e.StopSearch = true;
    }

    /// <summary>A function to which any argument binds, in a module that nobody sees, so that errors carry the command's own name.</summary>
    private static CommandInfo CommandThatThrows(string name, string module)
    {
        var home = new PSModuleInfo(ScriptBlock.Create(
            $$"""
            function {{name}} {
                [CmdletBinding()]
                param([Parameter(ValueFromPipeline)] $__input, [Parameter(ValueFromRemainingArguments)] $__arguments)
                begin {
                    $exception = [Management.Automation.CommandNotFoundException]::new('{{CodeGeneration.EscapeSingleQuotedStringContent(Explain(name, module))}}')
                    $exception.CommandName = '{{name}}'
                    $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($exception, 'CommandNotFoundException', 'ObjectNotFound', '{{name}}'))
                }
            }
            """));
        var find = ScriptBlock.Create($"$ExecutionContext.InvokeCommand.GetCommand('{name}', 'Function')");
        return (CommandInfo)PSObject.AsPSObject(home.Invoke(find)).BaseObject;
    }
}
