using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Files;

/// <summary>One file that a command sends to sessions as they come, to all at the same time.</summary>
internal sealed class FileSending : IDisposable
{
    private readonly FileToSend _file;
    private readonly FileTransferLimits _limits;
    private readonly RunningTransfers _transfers;
    private readonly CancellationToken _stop;
    private bool _isUsed;

    private FileSending(Cmdlet command, FileToSend file, FileTransferLimits limits, Action<FileTransfer> report, CancellationToken stop)
    {
        _file = file;
        _limits = limits;
        _stop = stop;
        _transfers = new RunningTransfers(new TransferBar(command, $"Sending {Path.GetFileName(file.Path)}"), report, stop);
    }

    /// <summary>Opens the file. Opening a named pipe waits for its other end, so it is done elsewhere.</summary>
    /// <exception cref="ChatException">The file cannot be opened.</exception>
    public static async Task<FileSending> OpenAsync(
        Cmdlet command, string path, FileTransferLimits limits, Action<FileTransfer> report, CancellationToken stop)
    {
        FileToSend file = await Task.Run(() => FileToSend.Open(path), CancellationToken.None).WaitAsync(stop).ConfigureAwait(false);
        return new FileSending(command, file, limits, report, stop);
    }

    /// <summary>Begins to send to these sessions.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.FileReadFailed"/>: the file can be read by one session only.</exception>
    public void Add(IEnumerable<ChatSession> sessions)
    {
        foreach (ChatSession session in sessions)
        {
            if (_isUsed && !_file.IsSeekable)
            {
                throw new ChatException(ChatErrorCode.FileReadFailed, $"'{_file.Path}' can be read once only, so it goes to one session.");
            }

            _isUsed = true;
            _transfers.Add(FileTransfer.Send(session, _file, _limits, _stop));
        }
    }

    /// <inheritdoc cref="RunningTransfers.Finish"/>
    public void Finish() => _transfers.Finish();

    public void Dispose() => _transfers.Ended.ContinueWith(_ => _file.Dispose(), TaskScheduler.Default);
}
