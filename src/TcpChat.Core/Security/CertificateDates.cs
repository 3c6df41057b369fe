using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Whether now is between the dates of certificates.</summary>
internal static class CertificateDates
{
    /// <summary>Which of these certificates are not valid now.</summary>
    public static IEnumerable<CertificateFault> Faults(TrustPath path)
    {
        DateTime now = DateTime.UtcNow;
        bool named = false;
        for (int i = 0; i < path.Certificates.Count; i++)
        {
            X509Certificate2 certificate = path.Certificates[i];
            if (certificate.NotAfter.ToUniversalTime() < now)
            {
                named = true;
                yield return new(ChatErrorCode.CertificateExpired, $"{path.SubjectOf(i)} expired on {CertificateText.Time(certificate.NotAfter)}");
            }
            else if (certificate.NotBefore.ToUniversalTime() > now)
            {
                named = true;
                yield return new(
                    ChatErrorCode.CertificateNotYetValid,
                    $"{path.SubjectOf(i)} is valid from {CertificateText.Time(certificate.NotBefore)}, and here it is {CertificateText.Time(now)}");
            }
        }

        // The framework looked at another moment than this.
        if (!named && path.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            yield return new(ChatErrorCode.CertificateExpired, $"it is valid until {CertificateText.Time(path.Certificates[0].NotAfter)}, or one above it is not valid now");
        }
    }
}
