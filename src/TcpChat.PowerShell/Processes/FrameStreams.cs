using System.Management.Automation;
using System.Text;

namespace TcpChat.Processes;

/// <summary>A handler's streams on their way to the server. The handler waits while the server does not take them.</summary>
internal static class FrameStreams
{
    /// <summary>Sends what a handler has written: a record of its stream, or an object of its output.</summary>
    public static void Send(ServerPipe server, object record)
    {
        switch (record)
        {
            case ErrorRecord error:
                server.Send(FrameKind.Error, ErrorFacts.Of(error));
                break;
            case WarningRecord warning:
                SendText(server, FrameKind.Warning, warning.Message);
                break;
            case VerboseRecord verbose:
                SendText(server, FrameKind.Verbose, verbose.Message);
                break;
            case DebugRecord debug:
                SendText(server, FrameKind.Debug, debug.Message);
                break;
            case InformationRecord information:
                server.Send(FrameKind.Information, InformationFacts.Of(information));
                break;
            default:
                server.Send(FrameKind.Output, ObjectXml.WriteOutput(PSObject.AsPSObject(record)));
                break;
        }
    }

    /// <summary>What the handler has written, as the server's side reads it; null where the frame is none of a stream.</summary>
    /// <exception cref="InvalidDataException">The payload is not what its kind says.</exception>
    public static object? Read(Frame frame) => frame.Kind switch
    {
        FrameKind.Output => ObjectXml.ReadOutput(frame.Payload),
        FrameKind.Error => Facts.Of<ErrorFacts>(frame).ToRecord(),
        FrameKind.Warning => new WarningRecord(Encoding.UTF8.GetString(frame.Payload)),
        FrameKind.Verbose => new VerboseRecord(Encoding.UTF8.GetString(frame.Payload)),
        FrameKind.Debug => new DebugRecord(Encoding.UTF8.GetString(frame.Payload)),
        FrameKind.Information => Facts.Of<InformationFacts>(frame).ToRecord(),
        _ => null,
    };

    private static void SendText(ServerPipe server, FrameKind kind, string? text) => server.Send(kind, Encoding.UTF8.GetBytes(text ?? string.Empty));
}
