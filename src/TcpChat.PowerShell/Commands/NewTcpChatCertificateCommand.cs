using System.Management.Automation;
using System.Net;
using System.Security;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Security;

namespace TcpChat.Commands;

/// <summary>Makes an authority with certificates of a server and of clients for development, or issues further ones with an authority that is there.</summary>
[Cmdlet(VerbsCommon.New, "TcpChatCertificate", DefaultParameterSetName = AuthoritySet, SupportsShouldProcess = true)]
[OutputType(typeof(IssuedCertificate))]
public sealed class NewTcpChatCertificateCommand : ChatCommand
{
    private const string AuthoritySet = "NewAuthority";
    private const string IssueSet = "Issue";

    /// <summary>The folder of the files.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Whom certificates of clients are for, beside the new authority's and the server's.</summary>
    [Parameter(ParameterSetName = AuthoritySet)]
    [ValidateNotNullOrEmpty]
    public string[] ClientName { get; set; } = ["client"];

    /// <summary>The certificate of the authority that issues.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IssueSet, ValueFromPipelineByPropertyName = true)]
    [Alias("CertificatePath")]
    [ValidateNotNullOrEmpty]
    public string AuthorityPath { get; set; } = string.Empty;

    /// <summary>The authority's private key. Default: the file NAME.key.pem beside NAME.pem.</summary>
    [Parameter(ParameterSetName = IssueSet, ValueFromPipelineByPropertyName = true)]
    [Alias("KeyPath")]
    [ValidateNotNullOrEmpty]
    public string? AuthorityKeyPath { get; set; }

    /// <summary>What the authority's private key is encrypted with.</summary>
    [Parameter(ParameterSetName = IssueSet)]
    [ValidateNotNull]
    public SecureString? AuthorityKeyPassword { get; set; }

    /// <summary>What the new certificates and their files are called.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IssueSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>What the new certificates are for.</summary>
    [Parameter(ParameterSetName = IssueSet)]
    [ValidateSet(nameof(CertificatePurpose.Client), nameof(CertificatePurpose.Server))]
    public CertificatePurpose Purpose { get; set; } = CertificatePurpose.Client;

    /// <summary>The names that the server is reached by.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public string[] DnsName { get; set; } = ["localhost"];

    /// <summary>The addresses that the server is reached by.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public IPAddress[] IPAddress { get; set; } = [System.Net.IPAddress.Loopback, System.Net.IPAddress.IPv6Loopback];

    /// <summary>How long the certificates are valid, in days.</summary>
    [Parameter]
    [ValidateRange(1, DevelopmentCertificateOptions.MaximumValidDays)]
    public int ValidDays { get; set; } = DevelopmentCertificateOptions.DefaultValidDays;

    /// <summary>What the new private keys are encrypted with.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ThrowIfMeaningless();
        List<CertificateSubject> subjects = [.. Subjects()];
        ThrowIfNamesClash(subjects);
        string folder = FilePath.Resolve(this, Path);
        string what = string.Join(", ", subjects.Select(static s => s.Name));
        if (!ShouldProcess(folder, ParameterSetName == IssueSet ? $"Issue certificates: {what}" : $"Make an authority and certificates: {what}"))
        {
            return;
        }

        DevelopmentCertificateOptions options = new() { Folder = folder, ValidDays = ValidDays, Overwrite = Force };
        using SecretText password = SecretText.Of(KeyPassword);
        using SecretText authorityPassword = SecretText.Of(AuthorityKeyPassword);
        string? authority = ParameterSetName == IssueSet ? FilePath.Resolve(this, AuthorityPath) : null;
        string? authorityKey = AuthorityKeyPath is null ? null : FilePath.Resolve(this, AuthorityKeyPath);
        try
        {
            WriteObject(
                authority is null
                    ? DevelopmentCertificates.Create(subjects, options, password.Characters)
                    : DevelopmentCertificates.Issue(authority, authorityKey, authorityPassword.Characters, subjects, options, password.Characters),
                enumerateCollection: true);
        }
        catch (ChatException e)
        {
            bool isOfAuthority = e.Code is ChatErrorCode.FileNotFound or ChatErrorCode.FileReadFailed
                or ChatErrorCode.CertificateFileInvalid or ChatErrorCode.CertificateExpired or ChatErrorCode.KeyPasswordWrong;
            WriteError(e, isOfAuthority ? authority ?? folder : folder);
        }
    }

    private IEnumerable<CertificateSubject> Subjects()
    {
        CertificateSubject Server(string name) => new() { Name = name, Purpose = CertificatePurpose.Server, DnsNames = DnsName, Addresses = IPAddress };
        static CertificateSubject Client(string name) => new() { Name = name, Purpose = CertificatePurpose.Client };

        return ParameterSetName == IssueSet ? Name.Select(n => Purpose == CertificatePurpose.Server ? Server(n) : Client(n)) : ClientName.Select(Client).Prepend(Server("server"));
    }

    private void ThrowIfMeaningless()
    {
        bool isForServer = ParameterSetName == AuthoritySet || Purpose == CertificatePurpose.Server;
        foreach (string server in new[] { nameof(DnsName), nameof(IPAddress) })
        {
            if (!isForServer && MyInvocation.BoundParameters.ContainsKey(server))
            {
                ThrowInvalidArgument("ServerNameNotUsed", $"-{server} has no meaning for a client's certificate; -Purpose Server makes a server's.");
            }
        }

        if (isForServer && DnsName.Length + IPAddress.Length == 0)
        {
            ThrowInvalidArgument("ServerNameMissing", "A server's certificate needs a name or an address that the server is reached by: -DnsName, -IPAddress.");
        }

        if (Array.Find(DnsName, static n => !CertificateSubject.IsDnsName(n)) is { } wrong)
        {
            ThrowInvalidArgument("InvalidDnsName", $"'{wrong}' is no name of a computer; an address goes to -IPAddress.", wrong);
        }

        if (KeyPassword is { Length: 0 })
        {
            ThrowInvalidArgument("KeyPasswordEmpty", "-KeyPassword is empty, so that nothing would be encrypted with it.");
        }
    }

    private void ThrowIfNamesClash(List<CertificateSubject> subjects)
    {
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        if (ParameterSetName == AuthoritySet)
        {
            taken.Add(DevelopmentCertificates.AuthorityName);
        }

        foreach (CertificateSubject subject in subjects)
        {
            if (!CertificateSubject.IsName(subject.Name))
            {
                ThrowInvalidArgument(
                    "InvalidCertificateName", $"'{subject.Name}' cannot be the name of a certificate and its files: 1 to {CertificateSubject.MaximumNameLength} characters, and none that a file's name cannot have.", subject.Name);
            }

            if (!taken.Add(subject.Name))
            {
                ThrowInvalidArgument("InvalidCertificateName", $"Two certificates cannot have the name '{subject.Name}': their files would be the same.", subject.Name);
            }
        }
    }
}
