using System.Net;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Clients;

/// <summary>What a test of a connection has found. All times are in milliseconds.</summary>
public sealed class ChatTestResult
{
    private readonly List<double> _times = [];
    private X509Certificate2? _refused;

    internal ChatTestResult(string computerName, int port)
    {
        ComputerName = computerName;
        Port = port;
    }

    /// <summary>The name or address that was tested.</summary>
    public string ComputerName { get; }

    /// <summary>The port that was tested.</summary>
    public int Port { get; }

    /// <summary>True where the connection was made, with TLS where that was asked for, and every message came back.</summary>
    public bool Succeeded => ErrorCode is null;

    /// <summary>The address that answered; null without a connection.</summary>
    public IPAddress? RemoteAddress { get; internal set; }

    /// <summary>All addresses of the name.</summary>
    public IReadOnlyList<IPAddress> ResolvedAddresses { get; internal set; } = [];

    /// <summary>How long resolving the name took; null where it came to nothing.</summary>
    public double? ResolveTime { get; internal set; }

    /// <summary>How long connecting took, the addresses included that did not answer; null without a connection.</summary>
    public double? ConnectTime { get; internal set; }

    /// <summary>How long the TLS handshake took, the check of the certificate included; null without TLS, or where it failed.</summary>
    public double? TlsTime { get; internal set; }

    /// <summary>What is known of the TLS; null without it, or where the handshake failed.</summary>
    public TlsFacts? Tls { get; internal set; }

    /// <summary>The certificate that the server has shown, also one that was not accepted; null where it has shown none.</summary>
    public X509Certificate2? PeerCertificate => Tls?.PeerCertificate ?? _refused;

    /// <summary>When that certificate expires, in local time.</summary>
    public DateTime? CertificateExpiresAt => PeerCertificate?.NotAfter;

    /// <summary>How many messages were sent.</summary>
    public int Sent { get; internal set; }

    /// <summary>How many of them came back.</summary>
    public int Received => _times.Count;

    /// <summary>How many messages came that were not the one that was sent, as a greeting.</summary>
    public int UnexpectedMessages { get; internal set; }

    /// <summary>The shortest round trip.</summary>
    public double? MinimumTime => _times.Count > 0 ? _times.Min() : null;

    /// <summary>The round trip in the middle: half of all took no longer.</summary>
    public double? MedianTime => _times.Count > 0 ? Median([.. _times.Order()]) : null;

    /// <summary>The longest round trip.</summary>
    public double? MaximumTime => _times.Count > 0 ? _times.Max() : null;

    /// <summary>The time of each round trip, in their order.</summary>
    public IReadOnlyList<double> RoundTripTimes => _times;

    /// <summary>What went wrong, to act on; null where nothing did.</summary>
    public ChatErrorCode? ErrorCode { get; private set; }

    /// <summary>What went wrong, to read; null where nothing did.</summary>
    public string? Error { get; private set; }

    /// <summary>The computer and the port.</summary>
    public override string ToString() => $"{ComputerName}:{Port}";

    internal void AddRoundTrip(TimeSpan time) => _times.Add(ToMilliseconds(time));

    internal void Fail(ChatErrorCode code, string error, X509Certificate2? refused = null) => (ErrorCode, Error, _refused) = (code, error, refused);

    /// <summary>To the microsecond: a finer clock is not to be had on every system.</summary>
    internal static double ToMilliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static double Median(double[] sorted) =>
        Math.Round((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, 3);
}
