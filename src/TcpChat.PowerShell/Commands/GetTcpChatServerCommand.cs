using System.Management.Automation;
using TcpChat.Completion;
using TcpChat.Jobs;
using TcpChat.Registry;

namespace TcpChat.Commands;

/// <summary>Finds servers of this process, from whichever runspace.</summary>
[Cmdlet(VerbsCommon.Get, "TcpChatServer", DefaultParameterSetName = NameSet)]
[OutputType(typeof(TcpChatServerJob))]
public sealed class GetTcpChatServerCommand : ChatCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>The names to find; wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The job ids to find.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
        {
            foreach (int id in Id)
            {
                Write(ChatRegistry.FindServers(id), id, isExact: true);
            }
        }
        else
        {
            foreach (string name in Name)
            {
                Write(ChatRegistry.FindServers(name), name, isExact: !WildcardPattern.ContainsWildcardCharacters(name));
            }
        }
    }

    private void Write(IReadOnlyList<TcpChatServerJob> found, object what, bool isExact)
    {
        if (found.Count == 0 && isExact)
        {
            WriteError(new ErrorRecord(
                new ItemNotFoundException($"There is no server with the id or name '{what}'."),
                "ServerNotFound",
                ErrorCategory.ObjectNotFound,
                what));
        }

        WriteObject(found, enumerateCollection: true);
    }
}
