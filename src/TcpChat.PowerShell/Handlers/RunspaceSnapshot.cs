using System.Collections;
using System.Collections.Frozen;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace TcpChat.Handlers;

/// <summary>
/// What a runspace has when it begins to serve - variables, functions, aliases, modules, the location - so that what one
/// conversation leaves behind can be taken away before the next. Modules that come with PowerShell may stay once loaded.
/// What lies outside the runspace, such as environment variables and files, and the insides of objects that the
/// initialization script has made, are not put back.
/// </summary>
internal sealed class RunspaceSnapshot
{
    // The engine's own, and those that the server sets for each message.
    private static readonly FrozenSet<string> s_automatic = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "_", "PSItem", "?", "^", "$", "foreach", "switch", "input", "args", "this", "Error", "StackTrace", "MyInvocation", "PSBoundParameters",
        "PSCommandPath", "PSScriptRoot", "PWD", "ExecutionContext", "Message", "Session", "Server", "__round", "__rounds", "__messages");

    private readonly EngineIntrinsics _engine;
    private readonly Dictionary<string, object?> _variables;
    private readonly Dictionary<string, ScriptBlock> _functions;
    private readonly Dictionary<string, string> _aliases;
    private readonly HashSet<string> _modules;
    private readonly Dictionary<object, object?> _defaultParameters;
    private readonly string _location;
    private bool _isClean;

    /// <summary>Takes it, on the thread that uses the runspace.</summary>
    public RunspaceSnapshot(EngineIntrinsics engine)
    {
        _engine = engine;
        _variables = Items<PSVariable>("Variable").ToDictionary(static v => v.Name, static object? (v) => v.Value, StringComparer.OrdinalIgnoreCase);
        _functions = Items<FunctionInfo>("Function").ToDictionary(static f => f.Name, static f => f.ScriptBlock, StringComparer.OrdinalIgnoreCase);
        _aliases = Items<AliasInfo>("Alias").ToDictionary(static a => a.Name, static a => a.Definition, StringComparer.OrdinalIgnoreCase);
        _modules = [.. Modules().Select(static m => m.Path)];
        _defaultParameters = DefaultParameters?.Cast<DictionaryEntry>().ToDictionary(static e => e.Key, static e => e.Value) ?? [];
        _location = _engine.SessionState.Path.CurrentLocation.Path;
    }

    private IDictionary? DefaultParameters => _engine.SessionState.PSVariable.GetValue("PSDefaultParameterValues") as IDictionary;

    /// <summary>Puts all of it back, while no script is running; false where that cannot be done, as with a constant.</summary>
    public bool Restore()
    {
        _isClean = true;

        // A module shows by the functions that it brings; one that brings only commands in an assembly keeps no state here.
        if (Items<FunctionInfo>("Function").Any(f => !string.IsNullOrEmpty(f.ModuleName) && !_functions.ContainsKey(f.Name)))
        {
            RemoveModules();
        }

        Restore<PSVariable, object?>("Variable", _variables, static v => v.Name, static v => v.Value, static v => v.ModuleName);
        Restore<FunctionInfo, ScriptBlock>("Function", _functions, static f => f.Name, static f => f.ScriptBlock, static f => f.ModuleName);
        Restore<AliasInfo, string>("Alias", _aliases, static a => a.Name, static a => a.Definition, static a => a.ModuleName);
        if (_engine.SessionState.Path.CurrentLocation.Path != _location)
        {
            _engine.SessionState.Path.SetLocation(WildcardPattern.Escape(_location));
        }

        RestoreDefaultParameters();
        ForgetErrors();
        return _isClean;
    }

    /// <summary>Empties $Error.</summary>
    public void ForgetErrors() => (_engine.SessionState.PSVariable.GetValue("Error") as ArrayList)?.Clear();

    // Everybody changes the same dictionary, in whatever scope.
    private void RestoreDefaultParameters()
    {
        if (DefaultParameters is { } now && (now.Count > 0 || _defaultParameters.Count > 0))
        {
            now.Clear();
            foreach ((object name, object? value) in _defaultParameters)
            {
                now.Add(name, value);
            }
        }
    }

    private void Restore<TItem, TValue>(
        string drive, Dictionary<string, TValue> before, Func<TItem, string> name, Func<TItem, TValue> value, Func<TItem, string?> module)
        where TItem : class
    {
        HashSet<string> missing = new(before.Keys, StringComparer.OrdinalIgnoreCase);
        foreach (TItem item in Items<TItem>(drive))
        {
            missing.Remove(name(item));
            if (s_automatic.Contains(name(item)))
            {
                continue;
            }

            bool known = before.TryGetValue(name(item), out TValue? old);
            if (known ? !Equals(old, value(item)) : string.IsNullOrEmpty(module(item)))
            {
                Put(drive, name(item), known, old);
            }
        }

        foreach (string gone in missing.Where(static name => !s_automatic.Contains(name)))
        {
            Put(drive, gone, true, before[gone]);
        }
    }

    private void Put(string drive, string name, bool known, object? value)
    {
        string path = $"{drive}:\\{WildcardPattern.Escape(name)}";
        try
        {
            if (known)
            {
                _engine.InvokeProvider.Item.Set(path, value);
            }
            else
            {
                _engine.InvokeProvider.Item.Remove([path], recurse: false, force: true, literalPath: false);
            }
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            // A constant: the engine's own, which nobody can change, so nobody has; or one that a handler has made.
            _isClean &= known;
        }
    }

    private IEnumerable<T> Items<T>(string drive)
        where T : class => _engine.InvokeProvider.ChildItem.Get($"{drive}:", recurse: false).Select(static item => item.BaseObject).OfType<T>();

    // In full, because a handler may have defined a function of the same name.
    private IEnumerable<PSModuleInfo> Modules() =>
        _engine.InvokeCommand.InvokeScript(@"Microsoft.PowerShell.Core\Get-Module").Select(static module => (PSModuleInfo)module.BaseObject);

    private void RemoveModules()
    {
        string home = (string)_engine.SessionState.PSVariable.GetValue("PSHOME");
        HashSet<string> missing = [.. _modules];
        foreach (PSModuleInfo module in Modules())
        {
            if (!missing.Remove(module.Path) && !module.ModuleBase.StartsWith(home, StringComparison.Ordinal))
            {
                _engine.InvokeCommand.InvokeScript(
                    @"param($Module) Microsoft.PowerShell.Core\Remove-Module -ModuleInfo $Module -Force", false, PipelineResultTypes.None, null, module);
            }
        }

        // What a handler has removed is not imported again.
        _isClean &= missing.Count == 0;
    }
}
