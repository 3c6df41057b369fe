using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace TcpChat.Handlers;

/// <summary>A script block that can be run in other runspaces than the one it was written in, with the values of its $using: variables.</summary>
internal sealed partial class HandlerBlock
{
    private readonly ScriptBlockAst _ast;
    private readonly Lock _gate = new();

    /// <param name="block">The block as the user wrote it.</param>
    /// <param name="initialization">What is run before it.</param>
    /// <param name="evaluate">Gives the value that an expression has where the server is started.</param>
    /// <exception cref="ArgumentException">The block has begin, process or clean blocks of its own.</exception>
    public HandlerBlock(ScriptBlock block, ScriptBlock? initialization, Func<string, object?> evaluate)
        : this(block, initialization, [])
    {
        Using = ValuesOf(_ast, evaluate);
    }

    /// <param name="block">The block as another process has sent it.</param>
    /// <param name="initialization">What is run before it.</param>
    /// <param name="values">The values that its $using: expressions have there, by the engine's keys.</param>
    /// <exception cref="ArgumentException">The block has begin, process or clean blocks of its own.</exception>
    public HandlerBlock(ScriptBlock block, ScriptBlock? initialization, Hashtable values)
    {
        Text = block.ToString();
        _ast = block.Ast as ScriptBlockAst ?? ((FunctionDefinitionAst)block.Ast).Body;
        if (_ast.DynamicParamBlock is not null || _ast.FindAll(node => node is NamedBlockAst && node.Parent == _ast, searchNestedScriptBlocks: false).Any(node => node != _ast.EndBlock))
        {
            throw new ArgumentException("A handler's script block cannot have begin, process, clean or dynamicparam blocks: it runs once, from its beginning to its end.");
        }

        Footprint = BlockFootprint.Of(_ast, initialization?.Ast as ScriptBlockAst);
        Using = values;
    }

    /// <summary>The block as text.</summary>
    public string Text { get; }

    /// <summary>What the block can leave behind in its runspace.</summary>
    public BlockFootprint Footprint { get; }

    /// <summary>The values of $using: expressions, by the key that the engine looks them up with.</summary>
    public Hashtable Using { get; }

    /// <summary>A block bound to no runspace yet: it belongs to the one in which it is first run.</summary>
    public ScriptBlock Unbound()
    {
        // The first call finishes the parsing.
        lock (_gate)
        {
            return _ast.GetScriptBlock();
        }
    }

    [GeneratedRegex("^[$@](\\{?)using:", RegexOptions.IgnoreCase)]
    private static partial Regex UsingPrefix();

    /// <summary>The block without its parameters, whose variables the caller sets.</summary>
    public ScriptBlock UnboundWithoutParameters()
    {
        if (_ast.ParamBlock is null)
        {
            return Unbound();
        }

        // Of the same text, so that errors show where they happened.
        StatementBlockAst statements = new(_ast.EndBlock.Extent, _ast.EndBlock.Statements.Select(static s => (StatementAst)s.Copy()), null);
        return new ScriptBlockAst(_ast.Extent, null, statements, isFilter: false).GetScriptBlock();
    }

    private static Hashtable ValuesOf(ScriptBlockAst ast, Func<string, object?> evaluate)
    {
        Hashtable values = [];
        foreach (UsingExpressionAst expression in ast.FindAll(static node => node is UsingExpressionAst, searchNestedScriptBlocks: true))
        {
            values[Key(expression)] = evaluate(UsingPrefix().Replace(expression.Extent.Text, "$$$1"));
        }

        return values;
    }

    // As the engine makes it (PsUtils.GetUsingExpressionKey): the names of variables do not heed case.
    private static string Key(UsingExpressionAst expression)
    {
        string text = expression.ToString();
        return Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes(
            expression.SubExpression is VariableExpressionAst ? text.ToLowerInvariant() : text));
    }
}
