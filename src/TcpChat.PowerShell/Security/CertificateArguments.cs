using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Security;

/// <summary>Makes of a command's parameters about certificates what TLS needs. Where they make no sense, or a file cannot be used, the command ends.</summary>
/// <param name="command">The command.</param>
/// <param name="prefix">What stands before the parameters' names: "Client" for -ClientCertificate, -ClientCertificatePath and so on.</param>
internal sealed class CertificateArguments(PSCmdlet command, string prefix = "")
{
    /// <summary>What this side shows; null where no certificate is given.</summary>
    /// <param name="certificate">-Certificate, with its private key.</param>
    /// <param name="path">-CertificatePath, as PowerShell knows it.</param>
    /// <param name="keyPath">-KeyPath.</param>
    /// <param name="password">-KeyPassword.</param>
    public CertificateIdentity? Identity(X509Certificate2? certificate, string? path, string? keyPath, SecureString? password)
    {
        if (certificate is not null && (path ?? keyPath ?? (object?)password) is not null)
        {
            Throw(
                "CertificateNotAlone",
                $"-{prefix}Certificate has its private key with it: it goes with none of -{prefix}CertificatePath, -{prefix}KeyPath and -{prefix}KeyPassword.",
                path ?? keyPath);
        }

        if (certificate is not null)
        {
            return Load(certificate.Subject, () => CertificateIdentity.Of(certificate));
        }

        if (path is not null)
        {
            string file = FilePath.Resolve(command, path);
            string? keyFile = keyPath is null ? null : FilePath.Resolve(command, keyPath);
            using SecretText secret = SecretText.Of(password);
            return Load(file, () => CertificateIdentity.FromFile(file, keyFile, secret.Characters));
        }

        if (keyPath is not null || password is not null)
        {
            Throw("CertificatePathMissing", $"-{prefix}{(keyPath is null ? "KeyPassword" : "KeyPath")} needs -{prefix}CertificatePath, the certificate that the key belongs to.", keyPath);
        }

        return null;
    }

    /// <summary>The authorities in files; null where there are none.</summary>
    /// <param name="paths">-TrustedCertificatePath, as PowerShell knows them.</param>
    public X509Certificate2Collection? Authorities(string[]? paths)
    {
        if (paths is null)
        {
            return null;
        }

        X509Certificate2Collection authorities = [];
        foreach (string path in paths)
        {
            string file = FilePath.Resolve(command, path);
            authorities.AddRange(Load(file, () => CertificateFiles.ReadAuthorities(file)));
        }

        return authorities;
    }

    /// <summary>Thumbprints; empty where there are none.</summary>
    /// <param name="texts">-PinnedThumbprint or -AllowedThumbprint.</param>
    public IReadOnlyList<Thumbprint> Thumbprints(string[]? texts)
    {
        List<Thumbprint> thumbprints = [];
        foreach (string text in texts ?? [])
        {
            try
            {
                thumbprints.Add(Thumbprint.Parse(text));
            }
            catch (FormatException e)
            {
                command.ThrowTerminatingError(new ErrorRecord(e, "InvalidThumbprint", ErrorCategory.InvalidArgument, text));
            }
        }

        return thumbprints;
    }

    private T Load<T>(string target, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (ChatException e)
        {
            command.ThrowTerminatingError(ChatErrorRecord.Create(e, target));
            throw;
        }
    }

    private void Throw(string id, string message, object? target) =>
        command.ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), id, ErrorCategory.InvalidArgument, target));
}
