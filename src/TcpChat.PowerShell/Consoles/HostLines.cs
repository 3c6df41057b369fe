using System.Management.Automation.Host;
using System.Runtime.CompilerServices;

namespace TcpChat.Consoles;

/// <summary>
/// Lines that a PowerShell host reads, from wherever it has them. A read cannot be ended, so it has a thread of its own; one
/// that nobody waits for any more is kept for the next console of this host, so that its line is not lost.
/// </summary>
internal sealed class HostLines : ILineSource
{
    private static readonly ConditionalWeakTable<PSHost, HostLines> s_hosts = [];

    private readonly PSHost _host;
    private Task<string?>? _reading;

    private HostLines(PSHost host)
    {
        _host = host;
    }

    public static HostLines Of(PSHost host) => s_hosts.GetValue(host, static host => new HostLines(host));

    public Task<string?> ReadAsync() => _reading ??= Task.Run(Read);

    public void Advance() => _reading = null;

    private string? Read()
    {
        try
        {
            return _host.UI.ReadLine();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A host that cannot be asked, such as one that is not interactive, has no lines; each says so in its own way.
            return null;
        }
    }
}
