using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Security;

/// <summary>Makes of a command's parameters what this side shows and whom it trusts. Ends the command where they name nothing that can be used.</summary>
internal static class CertificateParameters
{
    /// <summary>What a certificate in memory or in files proves; null where neither is given.</summary>
    public static CertificateIdentity? GetIdentity(PSCmdlet command, X509Certificate2? certificate, string? path, string? keyPath, SecureString? keyPassword)
    {
        if (certificate is null && path is null)
        {
            return null;
        }

        try
        {
            return certificate is not null
                ? CertificateIdentity.Of(certificate)
                : SecretText.Use(
                    keyPassword,
                    password => CertificateIdentity.FromFile(FilePath.Resolve(command, path!), keyPath is null ? null : FilePath.Resolve(command, keyPath), password));
        }
        catch (ChatException e)
        {
            // The path as it was given: a certificate as the target would be shown with all that is in it.
            command.ThrowTerminatingError(ChatErrorRecord.Create(e, path));
            throw;
        }
    }

    /// <summary>Whom authorities in files and thumbprints let in; without either, those whom the system trusts.</summary>
    public static PeerTrust GetTrust(PSCmdlet command, string[]? authorityPaths, string[] thumbprints)
    {
        try
        {
            return new PeerTrust
            {
                Authorities = authorityPaths is null ? null : CertificateFiles.ReadAuthorities(authorityPaths.Select(path => FilePath.Resolve(command, path))),
                Thumbprints = [.. thumbprints.Select(Thumbprint.Parse)],
            };
        }
        catch (ChatException e)
        {
            command.ThrowTerminatingError(ChatErrorRecord.Create(e, authorityPaths));
            throw;
        }
        catch (FormatException e)
        {
            command.ThrowTerminatingError(new ErrorRecord(new ArgumentException(e.Message, e), "ThumbprintInvalid", ErrorCategory.InvalidArgument, thumbprints));
            throw;
        }
    }
}
