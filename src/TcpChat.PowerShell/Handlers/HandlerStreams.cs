using System.Management.Automation;

namespace TcpChat.Handlers;

/// <summary>Passes on what a script writes to its streams as it comes, and keeps none of it.</summary>
internal static class HandlerStreams
{
    /// <param name="streams">The script's streams.</param>
    /// <param name="record">Gets each record, on the script's own thread.</param>
    public static void Forward(PSDataStreams streams, Action<object> record)
    {
        Forward(streams.Error, record);
        Forward(streams.Warning, record);
        Forward(streams.Verbose, record);
        Forward(streams.Debug, record);
        Forward(streams.Information, record);
        Forward(streams.Progress, static _ => { });
    }

    private static void Forward<T>(PSDataCollection<T> stream, Action<object> record)
        where T : notnull
    {
        stream.DataAdded += (_, _) =>
        {
            foreach (T item in stream.ReadAll())
            {
                record(item);
            }
        };
    }
}
