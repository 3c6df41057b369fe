using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace TcpChat.Host;

/// <summary>The host as the engine sees it.</summary>
internal sealed class TcpChatHost(HostUserInterface ui) : PSHost
{
    public override string Name => "tcpchat";

    public override Version Version => HostText.Version;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    /// <summary>The same as <see cref="UI"/>, with what only the host itself uses.</summary>
    public HostUserInterface HostUI => ui;

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <summary>The code that <c>exit</c> gave, once it ran.</summary>
    public int? RequestedExitCode { get; private set; }

    public override void SetShouldExit(int exitCode)
    {
        RequestedExitCode = exitCode;
    }

    public override void EnterNestedPrompt()
    {
        throw new PSNotSupportedException("tcpchat has no nested prompt; run the command in pwsh 7.6 to suspend it.");
    }

    public override void ExitNestedPrompt()
    {
        throw new PSNotSupportedException("tcpchat has no nested prompt.");
    }

    public override void NotifyBeginApplication()
    {
        // Programs that the engine starts share the terminal as it is.
    }

    public override void NotifyEndApplication()
    {
    }
}
