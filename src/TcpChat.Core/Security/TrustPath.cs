using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>
/// The certificates that the trust in a peer rests on: its own first, and up to the one that is trusted for itself, or,
/// where none is, to the end of the chain.
/// </summary>
internal sealed class TrustPath
{
    private const X509ChainStatusFlags NoRoot = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    // Revocation is not asked for (that would go to the network), so a system that says it does not know says nothing new.
    private const X509ChainStatusFlags NotAsked = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    private readonly X509ChainStatusFlags[] _status;
    private readonly PathEnd _end;

    private TrustPath(X509Certificate2[] certificates, X509ChainStatusFlags[] status, X509ChainStatusFlags ofTheWhole, PathEnd end)
    {
        Certificates = certificates;
        _status = status;
        _end = end;
        Status = status.Aggregate(ofTheWhole, static (all, one) => all | one) & ~NotAsked;
    }

    /// <summary>The peer's certificate, and those above it.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; }

    /// <summary>What the framework has found about these certificates.</summary>
    public X509ChainStatusFlags Status { get; }

    /// <summary>The path ends with a certificate that the caller has given, by itself or by its thumbprint.</summary>
    public bool EndsWithGiven => (_end is PathEnd.GivenAuthority or PathEnd.Pinned) && (Status & NoRoot) == 0;

    /// <summary>A framework that refuses the chain has said why, in the status of its certificates; or what it refuses does not count.</summary>
    public bool IsJudged { get; private init; }

    /// <summary>
    /// macOS says of a chain without a trusted root no more than that, so a signature below a certificate that is no root
    /// could be anybody's: there it must be a root that is given, or the peer's certificate itself. Not tried there.
    /// </summary>
    private static bool TellsSignatures => !OperatingSystem.IsMacOS();

    /// <summary>The path of a certificate, as far as it is trusted.</summary>
    /// <param name="certificate">The peer's.</param>
    /// <param name="chain">Those above it, built; null: none were found.</param>
    /// <param name="trust">What is accepted.</param>
    public static TrustPath Of(X509Certificate2 certificate, X509Chain? chain, PeerTrust trust)
    {
        if (trust.Authorities is null && trust.Thumbprints.Count > 0)
        {
            return new TrustPath([certificate], [X509ChainStatusFlags.NoError], X509ChainStatusFlags.NoError, PathEnd.Pinned) { IsJudged = true };
        }

        if (chain is null || chain.ChainElements.Count == 0)
        {
            return new TrustPath([certificate], [X509ChainStatusFlags.PartialChain], X509ChainStatusFlags.NoError, PathEnd.Nothing);
        }

        X509Certificate2[] certificates = [.. chain.ChainElements.Select(static element => element.Certificate)];
        X509ChainStatusFlags[] status = [.. chain.ChainElements.Select(static element => Union(element.ChainElementStatus))];
        X509ChainStatusFlags ofTheWhole = Union(chain.ChainStatus) & ~status.Aggregate(static (all, one) => all | one);

        // The last one that was given, not the first: whoever gives a root and what is below it has the root checked as well.
        int anchor = trust.Authorities is null ? -1 : Array.FindLastIndex(certificates, one => trust.Authorities.Any(one.HasSameBytes));
        if (anchor >= 0)
        {
            // The framework trusts a root that was given. To it, another one's chain has no end, but here it is at its end.
            bool endsHere = !certificates[anchor].IsSelfIssued && (anchor == 0 || TellsSignatures);
            X509ChainStatusFlags ignored = endsHere ? NoRoot : X509ChainStatusFlags.NoError;
            status[anchor] &= ~ignored;
            return new TrustPath(certificates[..(anchor + 1)], status[..(anchor + 1)], ofTheWhole & ~ignored, PathEnd.GivenAuthority)
            {
                IsJudged = endsHere || Union(chain.ChainStatus) != X509ChainStatusFlags.NoError,
            };
        }

        bool endsWithRoot = trust.Authorities is null && ((ofTheWhole | status[^1]) & NoRoot) == 0 && certificates[^1].IsSelfIssued;
        return new TrustPath(certificates, status, ofTheWhole, endsWithRoot ? PathEnd.SystemRoot : PathEnd.Nothing)
        {
            IsJudged = Union(chain.ChainStatus) != X509ChainStatusFlags.NoError,
        };
    }

    /// <summary>Where the framework has found this.</summary>
    public IEnumerable<int> With(X509ChainStatusFlags status) => Enumerable.Range(0, Certificates.Count).Where(i => (_status[i] & status) != 0);

    /// <summary>True for the one at the end that is trusted for itself, so that nothing rests on who has signed it.</summary>
    public bool IsTrustedItself(int index) => index == Certificates.Count - 1
        && (_end is PathEnd.GivenAuthority or PathEnd.SystemRoot || (_end == PathEnd.Pinned && Certificates[index].IsSelfIssued));

    /// <summary>"it" in a sentence, for the peer's own; or the name of one above.</summary>
    public string SubjectOf(int index) => index == 0 ? "it" : $"{CertificateText.Subject(Certificates[index])} above it";

    /// <summary>"the certificate" in a sentence, for the peer's own; or the name of one above.</summary>
    public string NameOf(int index) => index == 0 ? "the certificate" : $"{CertificateText.Subject(Certificates[index])} above it";

    private static X509ChainStatusFlags Union(X509ChainStatus[] status) => status.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);

    private enum PathEnd
    {
        Nothing,
        SystemRoot,
        GivenAuthority,
        Pinned,
    }
}
