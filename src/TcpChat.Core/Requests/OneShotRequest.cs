using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Sessions;

namespace TcpChat.Requests;

/// <summary>Connects, sends one message, receives the answer, and closes.</summary>
public sealed class OneShotRequest
{
    /// <summary>How long the rest of what was sent may take when the answer is there.</summary>
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(1);

    private readonly RequestOptions _options;
    private readonly List<ChatMessage> _answer = [];
    private long _size;

    private OneShotRequest(RequestOptions options) => _options = options;

    /// <summary>Runs a request. What goes wrong is part of the result.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the connection is cut. The time being up is a result.</exception>
    public static Task<RequestResult> RunAsync(RequestOptions options, CancellationToken cancellationToken = default) =>
        new OneShotRequest(options).RunAsync(cancellationToken);

    private string Target => $"{_options.Client.ComputerName} port {_options.Client.Port}";

    private TimeSpan Time => _options.Client.ConnectTimeout;

    /// <summary>
    /// A peer may have said all it has to say, and closed its side, before the request is sent: the session does not end by
    /// itself then, because the request ends it in any case.
    /// </summary>
    private ClientOptions Client => _options.Client with
    {
        Session = _options.Client.Session with { HalfCloseTimeout = Timeout.InfiniteTimeSpan },
    };

    private async Task<RequestResult> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(Time, _options.Client.Session.TimeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        ChatSession? session = null;
        try
        {
            session = await ChatClient.ConnectAsync(Client, cancellationToken).ConfigureAwait(false);
            await SendAsync(session, ended.Token, cancellationToken).ConfigureAwait(false);
            if (_options.Until is { } until)
            {
                return new RequestResult([], await FindAsync(session, until, ended.Token, cancellationToken).ConfigureAwait(false), null);
            }

            await ReceiveAsync(session, ended.Token, cancellationToken).ConfigureAwait(false);
            return new RequestResult(_answer, null, null);
        }
        catch (ChatException) when (session is { CloseReason: CloseReason.HandshakeFailed, Error: ChatException })
        {
            // With TLS 1.3 a server looks at the client's certificate when the client's handshake is over already.
            ChatException refusal = (ChatException)session.Error;
            return new RequestResult(_answer, null, new ChatException(refusal.Code, $"{Target}: {refusal.Message}", refusal));
        }
        catch (ChatException e)
        {
            return new RequestResult(_answer, null, e);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                session?.Abort();
            }
            else
            {
                // In order and not waited for: the answer is there, and a peer that does not read has no more time.
                _ = session?.CloseAsync(s_closeTime);
            }
        }
    }

    private async Task SendAsync(ChatSession session, CancellationToken ended, CancellationToken cancelled)
    {
        byte[] frame = _options.Text is null ? session.Wrap(_options.Bytes.Span) : session.Wrap(_options.Text);
        try
        {
            await session.SendFramesAsync(frame, 1, ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw new ChatException(ChatErrorCode.SendTimeout, $"The request could not be sent to {Target} within {Time.TotalSeconds:0.###} s.");
        }
    }

    private async Task ReceiveAsync(ChatSession session, CancellationToken ended, CancellationToken cancelled)
    {
        AnswerReader reader = new(session, _options.End, Target);
        try
        {
            while (await reader.NextAsync(ended).ConfigureAwait(false) is { } message)
            {
                _size += message.Bytes.Length + RequestOptions.MessageCost;
                if (_size > _options.MaximumAnswerSize)
                {
                    throw new ChatException(
                        ChatErrorCode.MessageTooLarge,
                        $"The answer from {Target} is larger than {_options.MaximumAnswerSize} bytes, the limit of this request.");
                }

                _answer.Add(message);
            }
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw reader.TimedOut(Time);
        }
    }

    private async Task<PatternMatch> FindAsync(ChatSession session, PatternSet until, CancellationToken ended, CancellationToken cancelled)
    {
        MatchReader reader = new(session, until, Target);
        try
        {
            return await reader.TakeAsync(ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw reader.TimedOut(Time);
        }
    }
}
