using System.Security.Cryptography;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

/// <summary>What is given to know a peer by: authorities that are no roots, and thumbprints with and without authorities.</summary>
public sealed class GivenTrustTests(TestAuthorities authorities) : IClassFixture<TestAuthorities>
{
    private ForgedCertificate Root => authorities.Root;

    [Fact]
    public void An_intermediate_authority_is_trusted_by_itself()
    {
        using ForgedCertificate intermediate = Root.IssueAuthority();
        using ForgedCertificate other = Root.IssueAuthority("Other Intermediate");
        using ForgedCertificate server = intermediate.Issue(CertificateWish.Server);
        using ForgedCertificate ofOther = other.Issue(CertificateWish.Server);
        PeerTrust trust = new() { Authorities = [intermediate.Certificate] };

        Assert.Null(Verdict.OnServer(trust, server));
        Assert.Null(Verdict.OnServer(trust, server, "localhost", intermediate, Root));
        ChatException? error = Verdict.OnServer(trust, ofOther, "localhost", other, Root);
        Assert.Equal(ChatErrorCode.CertificateNotTrusted, error?.Code);
        Assert.Contains("it comes from 'CN=Test Root', which is none of the authorities given", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Below_an_intermediate_authority_that_is_given_the_signature_must_be_genuine()
    {
        using ForgedCertificate intermediate = Root.IssueAuthority();
        using ForgedCertificate forged = intermediate.IssueFalsely(CertificateWish.Server);
        PeerTrust trust = new() { Authorities = [intermediate.Certificate] };

        foreach (ChatException? error in new[] { Verdict.OnServer(trust, forged), Verdict.OnServer(trust, forged, "localhost", Root) })
        {
            Assert.Equal(ChatErrorCode.CertificateNotTrusted, error?.Code);
            Assert.Contains("is not genuine: 'CN=Test Intermediate' has not signed it", error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_above_an_intermediate_authority_that_is_given_does_not_matter()
    {
        using ForgedCertificate expired = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = "Old Root", NotAfter = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) });
        using ForgedCertificate intermediate = expired.Issue(CertificateWish.Authority with { Name = "Intermediate", Hash = HashAlgorithmName.SHA1 });
        using ForgedCertificate server = intermediate.Issue(CertificateWish.Server);

        Assert.Null(Verdict.OnServer(new() { Authorities = [intermediate.Certificate] }, server, "localhost", expired));

        // But whoever gives the root as well has it checked.
        Assert.Equal(ChatErrorCode.CertificateExpired, Verdict.OnServer(new() { Authorities = [intermediate.Certificate, expired.Certificate] }, server)?.Code);
    }

    [Fact]
    public void The_certificate_itself_can_be_given_whoever_has_signed_it()
    {
        using ForgedCertificate self = ForgedCertificate.SelfSigned(CertificateWish.Server);
        using ForgedCertificate server = authorities.Stranger.Issue(CertificateWish.Server);

        Assert.Null(Verdict.OnServer(new() { Authorities = [self.Certificate] }, self));
        Assert.Null(Verdict.OnServer(new() { Authorities = [server.Certificate] }, server));
        Assert.Equal(ChatErrorCode.CertificateNameMismatch, Verdict.OnServer(new() { Authorities = [server.Certificate] }, server, "example.test")?.Code);
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA1")]
    public void A_thumbprint_alone_replaces_the_authority_and_the_name(string hash)
    {
        using ForgedCertificate self = ForgedCertificate.SelfSigned(CertificateWish.Server);
        using ForgedCertificate server = authorities.Stranger.Issue(CertificateWish.Server);
        using ForgedCertificate client = authorities.Stranger.Issue(CertificateWish.Client);
        PeerTrust trust = new() { Thumbprints = [.. new[] { self, server, client }.Select(one => Thumbprint.Parse(one.Certificate.GetCertHashString(new HashAlgorithmName(hash))))] };

        Assert.Null(Verdict.OnServer(trust, self, "example.test"));
        Assert.Null(Verdict.OnServer(trust, server, "example.test"));
        Assert.Null(Verdict.OnClient(trust, client));
    }

    [Fact]
    public void Another_certificate_than_those_pinned_is_told_by_its_thumbprint()
    {
        using ForgedCertificate pinned = ForgedCertificate.SelfSigned(CertificateWish.Server);
        using ForgedCertificate other = ForgedCertificate.SelfSigned(CertificateWish.Server);
        using ForgedCertificate client = Root.Issue(CertificateWish.Client);
        PeerTrust trust = new() { Thumbprints = [Pin(pinned)] };

        ChatException? error = Verdict.OnServer(trust, other);
        Assert.Equal(ChatErrorCode.CertificateNotAllowed, error?.Code);
        Assert.EndsWith($": its SHA-256 thumbprint is {Thumbprint.Of(other.Certificate)}, which is none of those pinned.", error!.Message, StringComparison.Ordinal);
        error = Verdict.OnClient(trust, client);
        Assert.Equal(ChatErrorCode.CertificateNotAllowed, error?.Code);
        Assert.EndsWith($": its SHA-256 thumbprint is {Thumbprint.Of(client.Certificate)}, which is none of those allowed.", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pinned_certificate_still_has_its_dates_its_key_and_its_purpose_checked()
    {
        using ForgedCertificate expired = ForgedCertificate.SelfSigned(CertificateWish.Server with { NotAfter = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) });
        using ForgedCertificate weak = ForgedCertificate.SelfSigned(CertificateWish.Server with { Key = ForgedKey.Rsa1024 });
        using ForgedCertificate weaklySigned = Root.Issue(CertificateWish.Server with { Hash = HashAlgorithmName.SHA1 });
        using ForgedCertificate client = ForgedCertificate.SelfSigned(CertificateWish.Client);
        PeerTrust trust = new() { Thumbprints = [Pin(expired), Pin(weak), Pin(weaklySigned), Pin(client)] };

        Assert.Equal(ChatErrorCode.CertificateExpired, Verdict.OnServer(trust, expired)?.Code);
        Assert.Equal(ChatErrorCode.CertificateTooWeak, Verdict.OnServer(trust, weak)?.Code);
        Assert.Equal(ChatErrorCode.CertificateTooWeak, Verdict.OnServer(trust, weaklySigned)?.Code);
        Assert.Equal(ChatErrorCode.CertificateWrongPurpose, Verdict.OnServer(trust, client)?.Code);
    }

    [Fact]
    public void With_authorities_and_thumbprints_both_must_hold()
    {
        using ForgedCertificate allowed = Root.Issue(CertificateWish.Client);
        using ForgedCertificate absent = Root.Issue(CertificateWish.Client with { Name = "eve" });
        using ForgedCertificate stranger = authorities.Stranger.Issue(CertificateWish.Client);
        using ForgedCertificate server = Root.Issue(CertificateWish.Server);
        PeerTrust trust = authorities.Trust with { Thumbprints = [Pin(allowed), Pin(stranger), Pin(server)] };

        Assert.Null(Verdict.OnClient(trust, allowed));
        Assert.Equal(ChatErrorCode.CertificateNotAllowed, Verdict.OnClient(trust, absent)?.Code);
        Assert.Equal(ChatErrorCode.CertificateNotTrusted, Verdict.OnClient(trust, stranger)?.Code);
        Assert.Null(Verdict.OnServer(trust, server));
        Assert.Equal(ChatErrorCode.CertificateNameMismatch, Verdict.OnServer(trust, server, "example.test")?.Code);
    }

    private static Thumbprint Pin(ForgedCertificate certificate) => Thumbprint.Parse(Thumbprint.Of(certificate.Certificate));
}
