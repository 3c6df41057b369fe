using System.Management.Automation.Host;
using System.Runtime.CompilerServices;
using TcpChat.LineEditing;

namespace TcpChat.Consoles;

/// <summary>The console that fits a PowerShell host: with keys where it has a terminal, with lines everywhere else.</summary>
internal static class HostConsole
{
    // Those typed before are there when a console is entered again.
    private static readonly ConditionalWeakTable<PSHost, LineHistory> s_histories = [];

    /// <param name="host">The host.</param>
    /// <param name="conversation">What to sit at.</param>
    /// <param name="write">Writes a line where there is no terminal.</param>
    /// <param name="idleTime">Where there is no terminal, how long to wait for more once the input has ended.</param>
    /// <param name="stop">Leaves.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Run(PSHost host, IConversation conversation, Action<string> write, TimeSpan idleTime, CancellationToken stop)
    {
        if (HostTerminal.IsAt(host))
        {
            LineDisplay display = new(new HostWriter(host.UI), () => HostTerminal.Columns(host));
            LineHistory history = s_histories.GetValue(host, static _ => new LineHistory());
            new KeyConsole(conversation, new HostKeyboard(host.UI.RawUI), display, history, stop).Run();
        }
        else
        {
            new LineConsole(conversation, HostLines.Of(host), write, idleTime, stop).Run();
        }
    }
}
