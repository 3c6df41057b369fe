using System.Collections;
using System.Management.Automation;
using TcpChat.Handlers;

namespace TcpChat.Commands;

/// <summary>What a command that starts a server has to say about the scripts that answer.</summary>
public abstract class HandlerOptionsCommand : SessionOptionsCommand
{
    /// <summary>The parameter set with a block for each message.</summary>
    protected const string MessageSet = "OnMessage";

    /// <summary>The parameter set with a block for each conversation.</summary>
    protected const string ConversationSet = "ScriptBlock";

    /// <summary>Runs for each message, with $_ or $Message, $Session and $Server; each object that it emits is sent back as a message.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MessageSet)]
    [ValidateNotNull]
    public ScriptBlock? OnMessage { get; set; }

    /// <summary>Runs for each connection and holds the whole conversation; gets the session as its first argument. The session ends with it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>What the conversation's block gets after the session.</summary>
    [Parameter(ParameterSetName = ConversationSet)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>Runs once in each runspace before handlers run in it: what it defines and imports is there for them.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public ScriptBlock? InitializationScript { get; set; }

    /// <summary>How many handlers run at once; further sessions wait for one to be free. Default: with -OnMessage 4 or as many as there are processors, with -ScriptBlock 100, with -Model Process 16 processes.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; }

    /// <summary>What an error in a handler does: ends its session, or is only recorded.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    public HandlerErrorAction HandlerError { get; set; }

    /// <summary>How many objects of each of its streams a connection's job keeps until they are received; the oldest go first.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateRange(1, 1_000_000)]
    public int OutputLimit { get; set; } = HandlerOptions.DefaultOutputLimit;

    /// <summary>What the parameters say; null where no script answers.</summary>
    private protected HandlerOptions? GetHandlerOptions()
    {
        if ((OnMessage ?? ScriptBlock) is not { } block)
        {
            return null;
        }

        return GetOptions(block) with
        {
            IsConversation = ScriptBlock is not null,
            Arguments = ArgumentList ?? [],
            ThrottleLimit = ThrottleLimit > 0 ? ThrottleLimit
                : ScriptBlock is not null ? HandlerOptions.DefaultConversationThrottleLimit
                : HandlerOptions.DefaultMessageThrottleLimit,
            ErrorAction = HandlerError,
            OutputLimit = OutputLimit,
        };
    }

    /// <summary>What all the server's scripts share.</summary>
    private protected HandlerOptions GetOptions(ScriptBlock block) => new()
    {
        Block = GetBlock(block),
        Initialization = InitializationScript,
        ThrottleLimit = HandlerOptions.DefaultMessageThrottleLimit,
        ModulePath = Path.Combine(MyInvocation.MyCommand.Module.ModuleBase, "TcpChat.psd1"),
        Location = SessionState.Path.CurrentLocation.Path,
        LanguageMode = SessionState.LanguageMode,
    };

    private HandlerBlock GetBlock(ScriptBlock block)
    {
        try
        {
            return new HandlerBlock(block, InitializationScript, Evaluate);
        }
        catch (ArgumentException e)
        {
            ThrowInvalidArgument("HandlerBlockNotUsable", e.Message, block);
            throw;
        }
    }

    /// <summary>What an expression after $using: is worth here. The parser lets only variables, their members and elements be there.</summary>
    private object? Evaluate(string expression) =>
        ((Hashtable)InvokeCommand.InvokeScript(false, ScriptBlock.Create($"@{{ Value = {expression} }}"), null)[0].BaseObject)["Value"];
}
