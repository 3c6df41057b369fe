using System.Management.Automation;
using System.Text;
using TcpChat.Binding;
using TcpChat.Clients;
using TcpChat.Completion;
using TcpChat.Framing;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>
/// What the commands share that connect: how messages are cut, and how the connection is protected. The parameters are those
/// of one parameter set, which in some of the commands is the only one.
/// </summary>
public abstract partial class ClientCommand : FramingCommand
{
    /// <summary>The parameter set with computers.</summary>
    protected const string ComputerSet = "Computer";

    private TlsClientOptions? _tls;
    private AccessToken? _token;

    /// <summary>How messages are cut out of the stream. Default: Line, or Delimiter where -Delimiter is given.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    public FramingKind Framing { get; set; }

    /// <summary>What ends a message: text or bytes.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public object? Delimiter { get; set; }

    /// <summary>What ends a line that is sent. Both are accepted on receiving.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    public LineEnding LineEnding { get; set; }

    /// <summary>The encoding of text. Default: UTF-8 without a byte order mark.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNull]
    public Encoding Encoding { get; set; } = SessionOptions.DefaultEncoding;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        CheckAccessToken();
        _tls = GetTls();
    }

    /// <summary>True where the parameter was given.</summary>
    private protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>The same, protected as the parameters say.</summary>
    private protected ClientOptions Protect(ClientOptions options) => options with
    {
        Tls = _tls,
        AccessToken = AccessToken is null ? null : _token ??= MakeToken(options.Session),
        AllowUnencryptedAuthentication = AllowUnencryptedAuthentication,
    };

    private AccessToken MakeToken(SessionOptions session)
    {
        if (session.Framing.Kind == FramingKind.Raw)
        {
            ThrowInvalidArgument("AccessTokenNeedsFraming", "-AccessToken is the first message, and with the framing Raw there are no messages that the server could tell apart.");
        }

        AccessToken? token = null;
        try
        {
            using SecretText text = SecretText.Of(AccessToken);
            token = new AccessToken(text.Characters, session.Encoding);
        }
        catch (ArgumentException e)
        {
            ThrowInvalidArgument("InvalidAccessToken", e.Message);
        }

        if (!token!.IsOneMessage(session.Framing))
        {
            ThrowInvalidArgument("InvalidAccessToken", "The access token has in it what ends a message in this framing.");
        }

        return token;
    }
}
