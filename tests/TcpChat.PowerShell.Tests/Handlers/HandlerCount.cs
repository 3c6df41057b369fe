using System.Management.Automation.Runspaces;
using System.Reflection;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>The runspaces of handlers that are there, found by a name that the test's initialization script has given them.</summary>
public static class HandlerCount
{
    // What Get-Runspace lists, which this engine does not have.
    private static readonly PropertyInfo s_all = typeof(Runspace).GetProperty("RunspaceList", BindingFlags.NonPublic | BindingFlags.Static)!;

    public static int Of(string name) => ((IEnumerable<Runspace>)s_all.GetValue(null)!).Count(runspace => runspace.Name == name);

    /// <summary>Waits until there is none of that name.</summary>
    public static void AwaitNoneOf(string name) =>
        Assert.True(SpinWait.SpinUntil(() => Of(name) == 0, TimeSpan.FromSeconds(20)), $"There are {Of(name)} runspaces named {name}.");
}
