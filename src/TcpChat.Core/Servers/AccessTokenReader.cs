using System.Security.Cryptography;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Security;
using TcpChat.Transport;

namespace TcpChat.Servers;

/// <summary>Takes the access token, a client's first message, before there is a session that could show or record it.</summary>
internal static class AccessTokenReader
{
    /// <summary>Room for a token with its framing, and for what a client sends along with it.</summary>
    private const int BufferSize = 4 * AccessToken.LongestToken;

    /// <summary>Reads the first message; gives what came after it.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.AccessDenied"/>.</exception>
    public static async Task<byte[]> ReadAsync(ITransport transport, MessageFraming framing, AccessToken token, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        int held = 0;
        try
        {
            while (true)
            {
                int read = await transport.ReceiveAsync(buffer.AsMemory(held)).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                held += read;
                FrameResult first = framing.Cut(buffer.AsSpan(0, held), 0, AccessToken.LongestToken);
                if (first.Status == FrameStatus.Message)
                {
                    return token.Matches(buffer.AsSpan(first.Offset, first.Length)) ? buffer[first.Consumed..held] : throw Denied("The access token was wrong.");
                }

                if (read == 0 || first.Status != FrameStatus.NeedMore || held == buffer.Length)
                {
                    throw Denied("No access token came.");
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static ChatException Denied(string message) => new(ChatErrorCode.AccessDenied, message);
}
