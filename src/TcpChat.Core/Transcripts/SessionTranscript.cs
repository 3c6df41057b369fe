using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Transcripts;

/// <summary>What one session writes into a transcript, in the order in which it happens; nothing after its end.</summary>
internal sealed class SessionTranscript
{
    private const string In = "in";
    private const string Out = "out";

    private readonly Transcript _transcript;
    private readonly ChatSession _session;
    private readonly Encoding _strict;
    private readonly bool _isUtf8;
    private readonly Lock _gate = new();
    private bool _closed;

    public SessionTranscript(Transcript transcript, ChatSession session)
    {
        _transcript = transcript;
        _session = session;
        _isUtf8 = session.Options.Encoding.CodePage == Encoding.UTF8.CodePage;
        _strict = (Encoding)session.Options.Encoding.Clone();
        _strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        transcript.Retain();
    }

    /// <summary>Records of the transcript, of all its sessions, that could not be written.</summary>
    public long Errors => _transcript.Errors;

    public void Opened() => Write(new("opened", _session), json =>
    {
        json.WriteString("remote", _session.RemoteEndPoint?.ToString());
        json.WriteString("local", _session.LocalEndPoint?.ToString());
        if (_session.Tls is { } tls)
        {
            WriteTls(json, tls);
        }
    });

    /// <summary>A message has come. To be called before anyone can take it, so that no answer comes before it.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="isPart">True where it is not the whole message, because its beginning was taken before the rest came.</param>
    public void Received(ReadOnlySpan<byte> payload, bool isPart)
    {
        (string? text, byte[]? bytes) = Describe(payload);
        Write(new("message", _session, In, text), json => WriteRest(json, bytes, isPart));
    }

    /// <summary>Offers frames to the outbox, and writes down what it has taken. Both in one, so that the order is the same.</summary>
    public SendOutbox.Offer Send(SendOutbox outbox, ReadOnlyMemory<byte> frames, bool borrowed, int count, object? holder = null)
    {
        lock (_gate)
        {
            SendOutbox.Offer offer = outbox.TrySend(frames, borrowed, count, holder);
            if (offer == SendOutbox.Offer.Taken)
            {
                Sent(frames.Span);
            }

            return offer;
        }
    }

    /// <summary>A file is on its way, which may end later than the session.</summary>
    public void BeginFile() => _transcript.Retain();

    /// <summary>A file was sent or received, or a part of it.</summary>
    public void EndFile(FileTransfer transfer, Exception? error)
    {
        lock (_gate)
        {
            string direction = transfer.Direction == TransferDirection.Sent ? Out : In;
            TranscriptRecord.Write(
                _transcript, _session.Options.TimeProvider, new("file", _session, direction), json => WriteFile(json, transfer, error));
        }

        _transcript.Release();
    }

    /// <summary>It began in clear text, and goes on in TLS. To be called before anyone can take what comes protected.</summary>
    public void Protected(TlsFacts tls) => Write(new("protected", _session), json => WriteTls(json, tls));

    public void Closed()
    {
        lock (_gate)
        {
            Write(new("closed", _session), json =>
            {
                json.WriteString("reason", _session.CloseReason?.ToString());
                if (_session.Error is { } error)
                {
                    json.WriteString("error", error.Message);
                }
            });
            _closed = true;
        }

        _transcript.Release();
    }

    private static void WriteTls(Utf8JsonWriter json, TlsFacts tls)
    {
        json.WriteString("tls", tls.Protocol.ToString());
        json.WriteString("peer", tls.PeerSubject);
        json.WriteString("thumbprint", tls.PeerThumbprint);
        json.WriteBoolean("verified", tls.IsPeerVerified);
    }

    private static void WriteFile(Utf8JsonWriter json, FileTransfer transfer, Exception? error)
    {
        json.WriteString("path", transfer.Path);
        json.WriteNumber("length", transfer.Length);
        if (error is not null)
        {
            json.WriteString("error", error.Message);
        }
    }

    private static void WriteRest(Utf8JsonWriter json, byte[]? bytes, bool isPart)
    {
        if (bytes is not null)
        {
            json.WriteBase64String("bytes", bytes);
        }

        if (isPart)
        {
            json.WriteBoolean("part", true);
        }
    }

    private void Sent(ReadOnlySpan<byte> frames)
    {
        MessageFraming framing = _session.Options.Framing;
        while (!frames.IsEmpty)
        {
            FrameResult frame = framing.Cut(frames, 0, int.MaxValue);
            bool isMessage = frame.Status == FrameStatus.Message;
            (string? text, byte[]? bytes) = Describe(isMessage ? frames.Slice(frame.Offset, frame.Length) : frames);
            Write(new("message", _session, Out, text), json => WriteRest(json, bytes, isPart: false));
            frames = isMessage ? frames[frame.Consumed..] : [];
        }
    }

    private (string? Text, byte[]? Bytes) Describe(ReadOnlySpan<byte> payload)
    {
        try
        {
            return !_isUtf8 || Utf8.IsValid(payload) ? (_strict.GetString(payload), null) : (null, payload.ToArray());
        }
        catch (DecoderFallbackException)
        {
            return (null, payload.ToArray());
        }
    }

    private void Write(TranscriptRecord.Head head, Action<Utf8JsonWriter> write)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                TranscriptRecord.Write(_transcript, _session.Options.TimeProvider, head, write);
            }
        }
    }
}
