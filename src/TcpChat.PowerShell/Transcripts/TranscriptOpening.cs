using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Transcripts;

/// <summary>Opens the transcript that a command is told to write.</summary>
internal static class TranscriptOpening
{
    /// <summary>The transcript, open. Ends the command where it cannot be opened.</summary>
    public static Transcript Open(PSCmdlet command, string path)
    {
        string resolved = FilePath.Resolve(command, path);
        Transcript transcript = new(resolved);
        try
        {
            transcript.Open();
        }
        catch (ChatException e)
        {
            transcript.Dispose();
            command.ThrowTerminatingError(ChatErrorRecord.Create(e, resolved));
        }

        return transcript;
    }
}
