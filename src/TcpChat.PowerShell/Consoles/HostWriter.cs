using System.Management.Automation.Host;
using System.Text;

namespace TcpChat.Consoles;

/// <summary>Writes to the terminal of a PowerShell host.</summary>
internal sealed class HostWriter(PSHostUserInterface host) : TextWriter
{
    public override Encoding Encoding => Encoding.Unicode;

    public override void Write(char value) => host.Write(value.ToString());

    public override void Write(string? value) => host.Write(value ?? string.Empty);

    public override void Write(StringBuilder? value) => host.Write(value?.ToString() ?? string.Empty);

    public override void Write(char[] buffer, int index, int count) => host.Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => host.WriteLine(value ?? string.Empty);

    public override void WriteLine() => host.WriteLine();
}
