using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>A handler's streams other than its output: of each the newest records, so many at most.</summary>
internal sealed class RecordStreams
{
    private readonly BoundedList<ErrorRecord> _errors;
    private readonly BoundedList<WarningRecord> _warnings;
    private readonly BoundedList<VerboseRecord> _verbose;
    private readonly BoundedList<DebugRecord> _debug;
    private readonly BoundedList<InformationRecord> _information;

    public RecordStreams(int limit)
    {
        Error = new ListStream<ErrorRecord>(_errors = new(limit));
        Warning = new ListStream<WarningRecord>(_warnings = new(limit));
        Verbose = new ListStream<VerboseRecord>(_verbose = new(limit));
        Debug = new ListStream<DebugRecord>(_debug = new(limit));
        Information = new ListStream<InformationRecord>(_information = new(limit));
    }

    public ListStream<ErrorRecord> Error { get; }

    public ListStream<WarningRecord> Warning { get; }

    public ListStream<VerboseRecord> Verbose { get; }

    public ListStream<DebugRecord> Debug { get; }

    public ListStream<InformationRecord> Information { get; }

    /// <summary>True while a record waits.</summary>
    public bool Any => Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Debug.Count > 0 || Information.Count > 0;

    /// <summary>How many were given up.</summary>
    public long Dropped => _errors.Dropped + _warnings.Dropped + _verbose.Dropped + _debug.Dropped + _information.Dropped;

    /// <summary>Adds a record to its stream; false where it is of none of these.</summary>
    public bool TryAdd(object record)
    {
        switch (record)
        {
            case ErrorRecord error:
                Error.Add(error);
                return true;
            case WarningRecord warning:
                Warning.Add(warning);
                return true;
            case VerboseRecord verbose:
                Verbose.Add(verbose);
                return true;
            case DebugRecord debug:
                Debug.Add(debug);
                return true;
            case InformationRecord information:
                Information.Add(information);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Nothing more will come: whoever waits for more goes on.</summary>
    public void Complete()
    {
        Error.Complete();
        Warning.Complete();
        Verbose.Complete();
        Debug.Complete();
        Information.Complete();
    }
}
