using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>What the framework does not tell of a certificate in one word.</summary>
internal static class CertificateFacts
{
    extension(X509Certificate2 certificate)
    {
        /// <summary>It names itself as its issuer, as roots do and what stands for itself.</summary>
        public bool IsSelfIssued => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

        /// <summary>It is that one, to the last byte.</summary>
        public bool HasSameBytes(X509Certificate2 other) => certificate.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);
    }
}
