using System.Collections.Frozen;
using System.Management.Automation;
using System.Management.Automation.Language;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// What a block can leave behind in the runspace it runs in, so far as its text shows. A block that only reads, computes
/// and assigns plain variables can be run in a scope that is put right between two runs, which is several times faster than a
/// scope of its own; after any other block, what it has changed in the runspace is looked for and undone.
/// </summary>
/// <param name="IsContained">True where it leaves nothing behind but the variables in <paramref name="Assigned"/>.</param>
/// <param name="Assigned">The variables that it assigns.</param>
/// <param name="Parameters">Its parameters and their types, where they are no more than that.</param>
/// <param name="Mentioned">The variables that it mentions; null where functions that it calls may mention others.</param>
/// <param name="MaySend">True where it may send something, or close its session, by other means than what it emits.</param>
internal sealed record BlockFootprint(
    bool IsContained, IReadOnlyList<string> Assigned, IReadOnlyList<KeyValuePair<string, Type>> Parameters, IReadOnlySet<string>? Mentioned, bool MaySend)
{
    // Commands that change nothing in their runspace; any other may.
    private static readonly FrozenSet<string> s_harmless = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ForEach-Object", "%", "foreach", "Where-Object", "?", "where", "Out-Null", "Out-String", "Out-Default",
        "Write-Output", "echo", "Write-Error", "Write-Warning", "Write-Verbose", "Write-Debug", "Write-Information", "Write-Host",
        "Select-Object", "select", "Sort-Object", "sort", "Group-Object", "group", "Measure-Object", "measure", "Compare-Object",
        "Select-String", "Join-String", "Get-Date", "Get-Random", "New-Guid", "New-Object", "New-TimeSpan", "Get-Member", "Start-Sleep", "sleep",
        "ConvertTo-Json", "ConvertFrom-Json", "ConvertTo-Csv", "ConvertFrom-Csv", "ConvertTo-Xml", "Format-Hex", "Get-Unique",
        "Get-Content", "Get-Item", "Get-ChildItem", "Test-Path", "Join-Path", "Split-Path", "Resolve-Path",
        "Get-Job", "Get-TcpChatServer", "Stop-TcpChatServer", "Get-TcpChatSession", "Wait-TcpChatSession", "Disconnect-TcpChat",
        "Send-TcpMessage", "Receive-TcpMessage");

    // Parameters of all commands that assign a variable, in full and short; a prefix of a full name will do.
    private static readonly string[] s_assigning =
        ["OutVariable", "ErrorVariable", "WarningVariable", "InformationVariable", "PipelineVariable", "ov", "ev", "wv", "iv", "pv"];

    // Through these, the runspace itself can be reached, or what earlier runs have left.
    private static readonly FrozenSet<string> s_doors = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "ExecutionContext", "Error", "Host", "PSCmdlet", "PSDefaultParameterValues", "LASTEXITCODE", "StackTrace",
        "args", "input", "MyInvocation", "PSBoundParameters");

    // Given anew for each message, or constant.
    private static readonly string[] s_given =
        ["_", "PSItem", "this", "args", "input", "Message", "Session", "Server", "null", "true", "false", "MyInvocation", "PSBoundParameters", "PSScriptRoot", "PSCommandPath"];

    // Through these types, too.
    private static readonly FrozenSet<string> s_engineTypes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "scriptblock", "powershell", "runspace", "runspacefactory", "initialsessionstate");

    // Commands whose block may come from elsewhere, and do anything.
    private static readonly FrozenSet<string> s_blockRunners = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "ForEach-Object", "%", "foreach", "Where-Object", "?", "where");

    /// <summary>Looks at a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="initialization">What is run before it: functions defined there are looked at, too.</param>
    public static BlockFootprint Of(ScriptBlockAst block, ScriptBlockAst? initialization)
    {
        HashSet<string> functions = new(StringComparer.OrdinalIgnoreCase);
        foreach (FunctionDefinitionAst function in initialization?.EndBlock?.Statements.OfType<FunctionDefinitionAst>() ?? [])
        {
            // In the order they are written: one that calls a later one is not looked through. Each has a scope of its own.
            if (!s_harmless.Contains(function.Name) && !function.Name.Contains(':') && !LeavesTraces(function.Body, functions))
            {
                functions.Add(function.Name);
            }
        }

        SortedSet<string> assigned = new(StringComparer.OrdinalIgnoreCase);
        HashSet<string> mentioned = new(StringComparer.OrdinalIgnoreCase);
        bool calls = false;
        foreach (Ast node in block.FindAll(static _ => true, searchNestedScriptBlocks: true))
        {
            assigned.UnionWith(AssignedBy(node));
            calls |= node is CommandAst command && command.GetCommandName() is { } called && functions.Contains(called);
            if (node is VariableExpressionAst variable)
            {
                mentioned.Add(Name(variable));
            }
        }

        assigned.ExceptWith(s_given);
        KeyValuePair<string, Type>[]? parameters = ParametersOf(block);
        bool contained = parameters is not null && block.UsingStatements.Count == 0 && !LeavesTraces(block, functions);
        return new BlockFootprint(
            contained,
            [.. assigned],
            parameters ?? [],
            calls ? null : mentioned,
            !contained || calls || mentioned.Contains("Session") || mentioned.Contains("Server") || block.FindAll(Reaches, searchNestedScriptBlocks: true).Any());
    }

    private static bool Reaches(Ast node) => node switch
    {
        CommandAst command => command.GetCommandName() is not { } name || name.Contains("-Tcp", StringComparison.OrdinalIgnoreCase),
        MemberExpressionAst { Member: var member } => member is not StringConstantExpressionAst { Value: var name } || name.Equals("Session", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>The parameters; null where one has an attribute or a default, or a type that a message would have to be converted to.</summary>
    private static KeyValuePair<string, Type>[]? ParametersOf(ScriptBlockAst block)
    {
        if (block.ParamBlock is null)
        {
            return [];
        }

        bool plain = block.ParamBlock.Attributes.Count == 0
            && block.ParamBlock.Parameters.All(
                static p => p.Attributes.All(static a => a is TypeConstraintAst)
                    && p.DefaultValue is null && (p.StaticType == typeof(string) || p.StaticType == typeof(object) || p.StaticType == typeof(ChatMessage)));
        return plain ? [.. block.ParamBlock.Parameters.Select(static p => KeyValuePair.Create(Name(p.Name), p.StaticType))] : null;
    }

    private static bool LeavesTraces(ScriptBlockAst block, HashSet<string> functions) =>
        block.FindAll(node => LeavesTraces(node, functions), searchNestedScriptBlocks: true).Any();

    private static bool LeavesTraces(Ast node, HashSet<string> functions) => node switch
    {
        CommandAst command => command.InvocationOperator != TokenKind.Unknown
            || command.GetCommandName() is not { } name || !(s_harmless.Contains(name) || functions.Contains(name))
            || (s_blockRunners.Contains(name) && TakesAnyBlock(command)),
        InvokeMemberExpressionAst { Member: var member } => member is not StringConstantExpressionAst { Value: var method }
            || method.StartsWith("Invoke", StringComparison.OrdinalIgnoreCase),
        TypeExpressionAst type => s_engineTypes.Contains(type.TypeName.Name[(type.TypeName.Name.LastIndexOf('.') + 1)..]),
        CommandParameterAst parameter => Array.Exists(
            s_assigning, name => name.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase) && parameter.ParameterName.Length > 1),
        VariableExpressionAst { Splatted: true } => true,
        VariableExpressionAst variable => !IsPlain(variable.VariablePath) || s_doors.Contains(variable.VariablePath.UserPath),
        FunctionDefinitionAst or TypeDefinitionAst or DataStatementAst or ConfigurationDefinitionAst => true,
        _ => false,
    };

    // A block in the text has been looked at; what a variable or an expression gives has not.
    private static bool TakesAnyBlock(CommandAst command) =>
        command.CommandElements.Any(static element => element is not (ScriptBlockExpressionAst or ConstantExpressionAst or CommandParameterAst { Argument: null }));

    private static bool IsPlain(VariablePath path) =>
        path.IsVariable ? path.IsUnqualified || path.IsLocal : path.DriveName.Equals("env", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> AssignedBy(Ast node) => node switch
    {
        AssignmentStatementAst assignment => Targets(assignment.Left),
        ForEachStatementAst loop => [Name(loop.Variable)],
        UnaryExpressionAst { TokenKind: TokenKind.PlusPlus or TokenKind.MinusMinus or TokenKind.PostfixPlusPlus or TokenKind.PostfixMinusMinus } step => Targets(step.Child),
        ConvertExpressionAst { StaticType.Name: "PSReference" } reference => Targets(reference.Child),
        VariableExpressionAst { VariablePath.UserPath: var name } when name.Equals("Matches", StringComparison.OrdinalIgnoreCase) => [name],
        _ => [],
    };

    private static IEnumerable<string> Targets(ExpressionAst target) => target switch
    {
        VariableExpressionAst variable => [Name(variable)],
        AttributedExpressionAst attributed => attributed.Child is ExpressionAst child ? Targets(child) : [],
        ArrayLiteralAst list => list.Elements.SelectMany(Targets),
        ParenExpressionAst { Pipeline: PipelineAst pipeline } when pipeline.GetPureExpression() is { } inner => Targets(inner),
        _ => [],
    };

    private static string Name(VariableExpressionAst variable)
    {
        string path = variable.VariablePath.UserPath;
        return path[(path.IndexOf(':') + 1)..];
    }
}
