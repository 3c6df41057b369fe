using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Clients;

/// <summary>Where to connect to, and how the session behaves.</summary>
public sealed record ClientOptions
{
    /// <summary>A name or an address.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The port, from 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The session's name; the computer's name and port unless set.</summary>
    public string? Name { get; init; }

    /// <summary>How TLS is spoken from the first byte on; null: not at all.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>What is sent as the first message of each connection, for a server that wants to see it; null: nothing.</summary>
    public AccessToken? AccessToken { get; init; }

    /// <summary>Sends the access token also where no TLS protects it, so that everybody on the way can read it.</summary>
    public bool AllowUnencryptedAuthentication { get; init; }

    /// <summary>How long resolving, connecting and the TLS handshake may take together, each time.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How a connection that was lost is made again; null: not at all. The first is tried once only.</summary>
    public ReconnectPolicy? Reconnect { get; init; }

    /// <summary>How the session behaves.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <exception cref="ArgumentException">The access token would go over the wire unprotected, and nobody has said that it may.</exception>
    internal void ThrowIfInvalid()
    {
        Reconnect?.ThrowIfInvalid();
        if (AccessToken is not null && Tls is null && !AllowUnencryptedAuthentication)
        {
            throw new ArgumentException("Without TLS everybody on the way could read the access token.");
        }
    }
}
