using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Shows that a connection is being made, once that takes longer than a second.</summary>
internal static class ConnectProgress
{
    private const int ActivityId = 1;
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    /// <summary>Waits on the pipeline's thread until the connection is made or has failed, and gives the same task.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<ChatSession> Show(
        Task<ChatSession> connecting, string target, TimeSpan limit, Action<ProgressRecord> write, CancellationToken stop)
    {
        long begin = Stopwatch.GetTimestamp();
        ProgressRecord? record = null;
        while (Task.WaitAny([connecting], (int)s_step.TotalMilliseconds, stop) < 0)
        {
            TimeSpan passed = Stopwatch.GetElapsedTime(begin);
            record ??= new ProgressRecord(ActivityId, $"Connecting to {target}", "...");
            record.StatusDescription = string.Create(CultureInfo.InvariantCulture, $"{passed.TotalSeconds:0} s of {limit.TotalSeconds:0.###} s");
            record.PercentComplete = (int)Math.Clamp(100 * passed / limit, 0, 100);
            write(record);
        }

        if (record is not null)
        {
            record.RecordType = ProgressRecordType.Completed;
            write(record);
        }

        return connecting;
    }
}
