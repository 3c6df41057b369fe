using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

/// <summary>The authorities of a class of tests, made once.</summary>
public sealed class TestAuthorities : IDisposable
{
    /// <summary>The one that is trusted.</summary>
    internal ForgedCertificate Root { get; } = ForgedCertificate.Authority();

    /// <summary>One that is trusted and has an RSA key, for the signatures that only such a key makes.</summary>
    internal ForgedCertificate RsaRoot { get; } = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = "Test RSA Root", Key = ForgedKey.Rsa2048 });

    /// <summary>Nobody trusts it.</summary>
    internal ForgedCertificate Stranger { get; } = ForgedCertificate.Authority("Stranger");

    internal PeerTrust Trust => new() { Authorities = [Root.Certificate, RsaRoot.Certificate] };

    public void Dispose()
    {
        Root.Dispose();
        RsaRoot.Dispose();
        Stranger.Dispose();
    }
}
