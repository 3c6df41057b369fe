using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Help;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_exports_exactly_the_public_cmdlets()
    {
        using ModuleRunspace runspace = new();
        IReadOnlyList<CmdletInfo> exported = runspace.GetCmdlets();
        IEnumerable<string> written = exported[0].ImplementingType.Assembly.GetExportedTypes()
            .Where(static type => !type.IsAbstract)
            .SelectMany(static type => type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Cast<CmdletAttribute>())
            .Select(static cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}");
        Assert.Equal(written.Order(StringComparer.Ordinal), exported.Select(static c => c.Name).Order(StringComparer.Ordinal));
    }
}
