using System.Net;
using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Clients;

/// <summary>Tests a connection step by step and takes the time of each: resolving, connecting, the TLS handshake where there is one, and round trips to a peer that sends back what it gets.</summary>
public sealed class ConnectionProbe
{
    /// <summary>How long the rest of what was sent may take when the test is over.</summary>
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(1);

    private readonly ProbeOptions _options;
    private readonly AddressDialer _dialer;
    private readonly TimeProvider _clock;
    private readonly ChatTestResult _result;
    private EchoMatcher? _echo;

    /// <summary>Makes a test, which runs once.</summary>
    /// <param name="options">What it does.</param>
    public ConnectionProbe(ProbeOptions options)
        : this(options, null)
    {
    }

    internal ConnectionProbe(ProbeOptions options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve)
    {
        _options = options;
        _dialer = new AddressDialer(options.Client.ComputerName, options.Client.Port, resolve);
        _clock = options.Client.Session.TimeProvider;
        _result = new ChatTestResult(options.Client.ComputerName, options.Client.Port);
    }

    /// <summary>Runs the test. What goes wrong is a result and no exception.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the time being up is a result.</exception>
    public async Task<ChatTestResult> RunAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource timer = new(_options.Client.ConnectTimeout, _clock);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            ChatSession session = await ConnectAsync(ended.Token).ConfigureAwait(false);
            try
            {
                await MakeRoundTripsAsync(session, ended.Token).ConfigureAwait(false);
            }
            finally
            {
                // In order and not waited for: the result is there, and a peer that does not read has no more time.
                _ = session.CloseAsync(s_closeTime);
            }
        }
        catch (ChatException e)
        {
            _result.Fail(e.Code, e.Message, e.PeerCertificate);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ExplainTimeout();
        }

        return _result;
    }

    private string Target => $"{_result.ComputerName} port {_result.Port}";

    private string Time => $"{_options.Client.ConnectTimeout.TotalSeconds:0.###} s";

    private async Task<ChatSession> ConnectAsync(CancellationToken ended)
    {
        long begin = _clock.GetTimestamp();
        IPAddress[] addresses = await _dialer.ResolveAsync(ended).ConfigureAwait(false);
        _result.ResolvedAddresses = addresses;
        _result.ResolveTime = ChatTestResult.ToMilliseconds(_clock.GetElapsedTime(begin));

        begin = _clock.GetTimestamp();
        Socket socket = await _dialer.ConnectAsync(addresses, ended).ConfigureAwait(false);
        _result.ConnectTime = ChatTestResult.ToMilliseconds(_clock.GetElapsedTime(begin));
        SocketTransport transport = ChatClient.OpenTransport(socket, _options.Client);
        _result.RemoteAddress = (transport.RemoteEndPoint as IPEndPoint)?.Address;
        return ChatClient.Start(await PrepareAsync(transport, ended).ConfigureAwait(false), _options.Client);
    }

    private async Task<ITransport> PrepareAsync(ITransport transport, CancellationToken ended)
    {
        if (_options.Client.Tls is not null)
        {
            long begin = _clock.GetTimestamp();
            transport = await ChatClient.ProtectAsync(transport, _options.Client, ended).ConfigureAwait(false);
            _result.TlsTime = ChatTestResult.ToMilliseconds(_clock.GetElapsedTime(begin));
            _result.Tls = transport.Tls;
        }

        if (_options.Client.AccessToken is { } token)
        {
            await ChatClient.ShowAsync(transport, _options.Client, token, ended).ConfigureAwait(false);
        }

        return transport;
    }

    private async Task MakeRoundTripsAsync(ChatSession session, CancellationToken ended)
    {
        if (_options.Count == 0)
        {
            return;
        }

        byte[] frame = session.Wrap(_options.Message);
        _echo = new EchoMatcher(session.Options.Encoding.GetBytes(_options.Message), session.Options.Framing.Kind);
        try
        {
            while (_result.Received < _options.Count)
            {
                long begin = _clock.GetTimestamp();
                ValueTask sending = session.SendFramesAsync(frame, 1, ended);
                _result.Sent++;
                await sending.ConfigureAwait(false);
                await ReceiveEchoAsync(session, _echo, ended).ConfigureAwait(false);
                _result.AddRoundTrip(_clock.GetElapsedTime(begin));
            }
        }
        catch (ChatException) when (session is { CloseReason: CloseReason.HandshakeFailed, Error: ChatException })
        {
            // With TLS 1.3 a server looks at the client's certificate when the client's handshake is over already.
            ChatException refusal = (ChatException)session.Error;
            throw new ChatException(refusal.Code, $"{Target}: {refusal.Message}", refusal);
        }
    }

    private async Task ReceiveEchoAsync(ChatSession session, EchoMatcher echo, CancellationToken ended)
    {
        while (await session.ReceiveAsync(ended).ConfigureAwait(false) is { } message)
        {
            bool found = echo.Accept(message.Bytes);
            _result.UnexpectedMessages = echo.Unexpected;
            if (found)
            {
                return;
            }
        }

        throw new ChatException(
            ChatErrorCode.SessionClosed,
            $"{Target} closed the connection ({session.CloseReason}) after {_result.Received} of {_options.Count} round trips.",
            session.Error);
    }

    private void ExplainTimeout()
    {
        if (_result.ConnectTime is null)
        {
            _result.Fail(
                ChatErrorCode.ConnectTimeout,
                _result.ResolveTime is null
                    ? $"The name '{_result.ComputerName}' was not resolved within {Time}."
                    : $"No connection to {Target} within {Time}.");
        }
        else if (_options.Client.Tls is not null && _result.TlsTime is null)
        {
            _result.Fail(
                ChatErrorCode.HandshakeTimeout,
                $"{Target} accepted the connection, but the TLS handshake was not complete within {Time}; perhaps it does not speak TLS there.");
        }
        else if (_echo is null)
        {
            _result.Fail(ChatErrorCode.ConnectTimeout, $"{Target} accepted the connection, but did not take the access token within {Time}.");
        }
        else if (_echo.HasOther)
        {
            _result.Fail(
                ChatErrorCode.UnexpectedAnswer,
                $"{Target} answered within {Time}, but not with what was sent ({_result.Received} of {_options.Count} round trips).");
        }
        else
        {
            _result.Fail(
                ChatErrorCode.ReceiveTimeout,
                $"{Target} accepted the connection, but did not send back what was sent within {Time} ({_result.Received} of {_options.Count} round trips).");
        }
    }
}
