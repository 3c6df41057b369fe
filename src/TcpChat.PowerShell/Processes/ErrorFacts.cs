using System.Management.Automation;
using TcpChat.Errors;

namespace TcpChat.Processes;

/// <summary>An error on its way to another process: what can be read of it there.</summary>
internal sealed record ErrorFacts : IFacts<ErrorFacts>
{
    public string Message { get; init; } = string.Empty;

    /// <summary>The exception's code, where it is one of this module.</summary>
    public ChatErrorCode? Code { get; init; }

    public string Id { get; init; } = string.Empty;

    public ErrorCategory Category { get; init; }

    public string? Activity { get; init; }

    public string? Reason { get; init; }

    public string? Target { get; init; }

    public string? Details { get; init; }

    public string? ScriptStackTrace { get; init; }

    public static ErrorFacts Of(Exception exception) => Of(
        exception is IContainsErrorRecord { ErrorRecord: { } record } ? record : new ErrorRecord(exception, exception.GetType().Name, ErrorCategory.NotSpecified, null));

    public static ErrorFacts Of(ErrorRecord record) => new()
    {
        Message = record.Exception.Message,
        Code = (record.Exception as ChatException)?.Code,
        Id = record.FullyQualifiedErrorId ?? string.Empty,
        Category = record.CategoryInfo.Category,
        Activity = record.CategoryInfo.Activity,
        Reason = record.CategoryInfo.Reason,
        Target = record.TargetObject?.ToString(),
        Details = record.ErrorDetails?.Message,
        ScriptStackTrace = record.ScriptStackTrace,
    };

    public static ErrorFacts Read(BinaryReader reader) => new()
    {
        Message = reader.ReadString(),
        Code = reader.ReadBoolean() ? (ChatErrorCode)reader.ReadInt32() : null,
        Id = reader.ReadString(),
        Category = (ErrorCategory)reader.ReadInt32(),
        Activity = reader.ReadOptional(),
        Reason = reader.ReadOptional(),
        Target = reader.ReadOptional(),
        Details = reader.ReadOptional(),
        ScriptStackTrace = reader.ReadOptional(),
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write(Message);
        writer.Write(Code is not null);
        if (Code is { } code)
        {
            writer.Write((int)code);
        }

        writer.Write(Id);
        writer.Write((int)Category);
        writer.WriteOptional(Activity);
        writer.WriteOptional(Reason);
        writer.WriteOptional(Target);
        writer.WriteOptional(Details);
        writer.WriteOptional(ScriptStackTrace);
    }

    /// <summary>An error that reads as the one in the other process did.</summary>
    public ErrorRecord ToRecord()
    {
        ErrorRecord record = new(Plain(), Id, Category, Target);
        record.CategoryInfo.Activity = Activity;
        record.CategoryInfo.Reason = Reason;
        if (Details is not null)
        {
            record.ErrorDetails = new ErrorDetails(Details);
        }

        if (ScriptStackTrace is not null)
        {
            // The record's own can be set by the engine only; this one is shown in its place.
            PSObject.AsPSObject(record).Properties.Add(new PSNoteProperty(nameof(ErrorRecord.ScriptStackTrace), ScriptStackTrace));
        }

        return record;
    }

    /// <summary>The exception with its error record.</summary>
    public Exception ToException() => Code is null ? new RuntimeException(Message, null, ToRecord()) : Plain();

    private Exception Plain() => Code is { } code ? new ChatException(code, Message) : new RuntimeException(Message);
}
