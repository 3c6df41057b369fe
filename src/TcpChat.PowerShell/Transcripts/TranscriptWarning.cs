using System.Management.Automation;

namespace TcpChat.Transcripts;

/// <summary>What is said when a transcript cannot be written.</summary>
internal static class TranscriptWarning
{
    public const string Id = "TranscriptFailed";

    public static WarningRecord Of(Transcript transcript, Exception error) => new(Id, Text(transcript, error));

    public static string Text(Transcript transcript, Exception error) =>
        $"The transcript '{transcript.Path}' could not be written: {error.Message} "
        + "The conversation goes on; what is not written is counted in TranscriptErrors, and writing is tried again.";
}
