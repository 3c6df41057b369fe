using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>What waits for a server's Receive-Job: its sessions' messages, or its handlers' output. Safe to use from any thread.</summary>
internal interface IWaiting
{
    /// <summary>True while something waits.</summary>
    bool Any { get; }

    /// <summary>Takes the one whose turn it is, if there is one.</summary>
    bool TryTake([NotNullWhen(true)] out PSObject? item);
}
