using System.Globalization;
using System.Management.Automation;
using TcpChat.Display;

namespace TcpChat.Files;

/// <summary>The progress bar of transfers that take longer than a second.</summary>
internal sealed class TransferBar(Cmdlet command, string activity)
{
    private const int ActivityId = 0;

    private static readonly string[] s_units = ["B", "KB", "MB", "GB", "TB"];

    private bool _shown;

    /// <summary>How long until the bar is to be drawn, or drawn again.</summary>
    public TimeSpan Pause => _shown ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1);

    /// <summary>Draws it. On the pipeline's thread only.</summary>
    public void Show(IReadOnlyList<FileTransfer> transfers)
    {
        _shown = true;
        long length = transfers.Sum(static t => t.Length);
        long? total = transfers.Aggregate((long?)0, static (sum, t) => sum + t.TotalLength);
        double speed = transfers.Sum(static t => t.Completion.IsCompleted ? 0 : t.BytesPerSecond);
        string sessions = transfers.Count > 1 ? $"{transfers.Count(static t => t.Completion.IsCompleted)} of {transfers.Count} sessions, " : string.Empty;
        string of = total is { } all ? $" of {Size(all)}" : string.Empty;
        ProgressRecord record = new(ActivityId, DisplayText.Clean(activity), $"{sessions}{Size(length)}{of}, {Size((long)speed)}/s");
        if (total > 0)
        {
            record.PercentComplete = (int)Math.Min(100, length * 100.0 / total.Value);
            if (speed > 0)
            {
                record.SecondsRemaining = (int)Math.Clamp((total.Value - length) / speed, 0, int.MaxValue);
            }
        }

        command.WriteProgress(record);
    }

    /// <summary>Takes it away.</summary>
    public void End()
    {
        if (_shown)
        {
            command.WriteProgress(new ProgressRecord(ActivityId, DisplayText.Clean(activity), " ") { RecordType = ProgressRecordType.Completed });
        }
    }

    private static string Size(long bytes)
    {
        double size = bytes;
        int unit = 0;
        for (; size >= 1024 && unit < s_units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return string.Create(CultureInfo.CurrentCulture, $"{size:0.#} {s_units[unit]}");
    }
}
