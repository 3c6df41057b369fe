using System.Management.Automation.Runspaces;
using System.Reflection;

namespace TcpChat.Host;

/// <summary>
/// Makes <c>exit 7</c> in a script file reach the host. Left alone the engine keeps it in $LASTEXITCODE, where it cannot be
/// told from the exit code of the script's last program; pwsh sets this internal property, and no public one does the same.
/// </summary>
internal static class ScriptExit
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Holds for the next script file that the runspace runs.</summary>
    public static void EndsHost(Runspace runspace)
    {
        object context = Property(typeof(Runspace), "ExecutionContext").GetValue(runspace)!;
        Property(context.GetType(), "ScriptCommandProcessorShouldRethrowExit").SetValue(context, true);
    }

    private static PropertyInfo Property(Type type, string name)
    {
        return type.GetProperty(name, Internal) ?? throw new MissingMemberException(type.FullName, name);
    }
}
