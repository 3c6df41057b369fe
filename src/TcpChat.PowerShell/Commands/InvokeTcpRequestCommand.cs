using System.Buffers;
using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Patterns;
using TcpChat.Requests;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Sends one message and gives the answer, on a session or with a connection of its own.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "TcpRequest", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(ChatMessage), typeof(PatternMatch), typeof(byte[]))]
public sealed partial class InvokeTcpRequestCommand : RequestCommand
{
    private readonly ByteCollector _bytes = new();
    private InOrder<RequestResult>? _requests;
    private bool _isArgument;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _isArgument = IsBound(nameof(InputObject));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object item in Payload.Each(InputObject))
        {
            if (Payload.Unwrap(item) is byte single)
            {
                // Bytes that come one by one, as from Get-Content -AsByteStream, belong together.
                _bytes.Add(single);
            }
            else
            {
                AskCollected();
                Ask(item);
            }
        }

        if (_isArgument)
        {
            // Nothing belongs together here: it is the sessions or computers that come by the pipeline.
            AskCollected();
        }

        WriteResults(onlyFinished: true);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        AskCollected();
        WriteResults(onlyFinished: false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _requests?.Dispose();
    }

    private void AskCollected()
    {
        if (_bytes.Take() is { } bytes)
        {
            Ask(bytes);
        }
    }

    private void Ask(object item)
    {
        if (ParameterSetName == SessionSet)
        {
            AskSessions(item);
            return;
        }

        _requests ??= new InOrder<RequestResult>(ThrottleLimit, StopToken);
        foreach (string computer in ComputerName)
        {
            RequestOptions options = RequestTo(computer, item);
            _requests.Begin($"{computer}:{Port}", stop => OneShotRequest.RunAsync(options, stop));
        }
    }

    private void WriteResults(bool onlyFinished)
    {
        while (_requests is not null && _requests.TryTake(onlyFinished, out string? target, out Task<RequestResult>? request))
        {
            RequestResult result = Await(request);
            WriteAnswer(result.Answer);
            if (result.Match is not null)
            {
                WriteObject(result.Match);
            }

            if (result.Error is not null)
            {
                WriteError(result.Error, target);
            }
        }
    }

    private void WriteAnswer(IReadOnlyList<ChatMessage> answer)
    {
        if (!AsByteStream)
        {
            WriteObject(answer, enumerateCollection: true);
        }
        else if (answer.Count > 0)
        {
            ArrayBufferWriter<byte> bytes = new();
            foreach (ChatMessage message in answer)
            {
                bytes.Write(message.Bytes);
            }

            WriteObject(bytes.WrittenSpan.ToArray(), enumerateCollection: false);
        }
    }
}
