using TcpChat.Files;
using TcpChat.Transcripts;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <content>What it writes into its transcript, where it has one.</content>
public sealed partial class ChatSession
{
    private SessionTranscript? _transcript;

    /// <summary>Records that could not be written to its transcript, by all sessions that share it; 0 without a transcript.</summary>
    public long TranscriptErrors => _transcript?.Errors ?? 0;

    internal void RecordReceived(ReadOnlySpan<byte> payload, bool isPart = false) => _transcript?.Received(payload, isPart);

    internal void RecordFileBegin() => _transcript?.BeginFile();

    internal void RecordFileEnd(FileTransfer transfer, Exception? error) => _transcript?.EndFile(transfer, error);

    private void BeginTranscript()
    {
        // A session in another process is written down there.
        if (_options.Transcript is { } transcript && _transport is not ElsewhereTransport)
        {
            _transcript = new SessionTranscript(transcript, this);
            _transcript.Opened();
        }
    }
}
