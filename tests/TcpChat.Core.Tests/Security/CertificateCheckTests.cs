using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

/// <summary>Each check with a certificate that fails it alone, and what is said then.</summary>
public sealed class CertificateCheckTests(TestAuthorities authorities) : IClassFixture<TestAuthorities>
{
    private static readonly DateTimeOffset s_past = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset s_future = new(2098, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private ForgedCertificate Root => authorities.Root;

    private PeerTrust Trust => authorities.Trust;

    [Fact]
    public void Good_ones_of_either_end_are_accepted()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server);
        using ForgedCertificate client = Root.Issue(CertificateWish.Client);

        Assert.Null(Verdict.OnServer(Trust, server));
        Assert.Null(Verdict.OnServer(Trust, server, "127.0.0.1"));
        Assert.Null(Verdict.OnClient(Trust, client));
    }

    [Theory]
    [InlineData(ForgedKey.Rsa2048, false)]
    [InlineData(ForgedKey.EcdsaP256, true)]
    public void Rsa_is_accepted_with_either_padding(ForgedKey key, bool isPss)
    {
        using ForgedCertificate server = authorities.RsaRoot.Issue(CertificateWish.Server with { Key = key, IsPss = isPss });

        Assert.Null(Verdict.OnServer(Trust, server));
    }

    [Fact]
    public void One_that_says_nothing_of_its_purpose_is_for_any()
    {
        using ForgedCertificate any = Root.Issue(CertificateWish.Server with { Purposes = [], KeyUsage = null });

        Assert.Null(Verdict.OnServer(Trust, any));
        Assert.Null(Verdict.OnClient(Trust, any));
    }

    [Fact]
    public void One_below_an_intermediate_authority_that_is_sent_along_is_accepted()
    {
        using ForgedCertificate intermediate = Root.IssueAuthority();
        using ForgedCertificate server = intermediate.Issue(CertificateWish.Server);

        Assert.Null(Verdict.OnServer(Trust, server, "localhost", intermediate));
    }

    [Theory]
    [InlineData(PeerRole.Server, "The server localhost showed no certificate.")]
    [InlineData(PeerRole.Client, "The client showed no certificate, and one is required here.")]
    internal void None_is_said(PeerRole role, string words) =>
        Holds(
            CertificateCheck.Examine(null, null, SslPolicyErrors.RemoteCertificateNotAvailable, Trust, role, role == PeerRole.Server ? "localhost" : null),
            ChatErrorCode.CertificateMissing,
            words);

    [Fact]
    public void Other_names_are_said()
    {
        using ForgedCertificate two = Root.Issue(CertificateWish.Server with { Names = ["localhost", "127.0.0.1"] });
        using ForgedCertificate one = Root.Issue(CertificateWish.Server with { Names = ["*.example.test"] });
        using ForgedCertificate common = Root.Issue(CertificateWish.Server with { Name = "old.example.test", Names = [] });
        using ForgedCertificate many = Root.Issue(CertificateWish.Server with { Names = [.. Enumerable.Range(1, 100).Select(static i => $"n{i}.test")] });

        Holds(Verdict.OnServer(Trust, two, "example.test"), ChatErrorCode.CertificateNameMismatch, "it is for localhost and 127.0.0.1, not for example.test.");
        Holds(Verdict.OnServer(Trust, one, "a.b.example.test"), ChatErrorCode.CertificateNameMismatch, "it is for *.example.test, not for a.b.example.test.");
        Holds(Verdict.OnServer(Trust, common, "localhost"), ChatErrorCode.CertificateNameMismatch, "it is for old.example.test, not for localhost.");
        Holds(Verdict.OnServer(Trust, many, "::1"), ChatErrorCode.CertificateNameMismatch, "it is for n1.test, n2.test, n3.test, n4.test, n5.test, n6.test and 94 more, not for ::1.");
    }

    [Fact]
    public void No_name_that_it_should_be_for_is_a_mismatch()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { Names = ["localhost"] });

        Holds(Verdict.OnServer(Trust, server, string.Empty), ChatErrorCode.CertificateNameMismatch, "it is for localhost, and no name is known that it should be for.");
    }

    [Fact]
    public void The_end_of_its_time_is_said()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { NotAfter = s_past });
        using ForgedCertificate client = Root.Issue(CertificateWish.Client with { NotAfter = s_past });

        Holds(Verdict.OnServer(Trust, server), ChatErrorCode.CertificateExpired, "it expired on 2026-01-02 03:04:05Z.");
        Holds(Verdict.OnClient(Trust, client), ChatErrorCode.CertificateExpired, "it expired on 2026-01-02 03:04:05Z.");
    }

    [Fact]
    public void The_beginning_of_its_time_is_said_and_the_time_here()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { NotBefore = s_future });

        Holds(Verdict.OnServer(Trust, server), ChatErrorCode.CertificateNotYetValid, $"it is valid from 2098-01-02 03:04:05Z, and here it is {DateTime.UtcNow:yyyy}-");
    }

    [Fact]
    public void Of_one_above_it_the_time_is_said_with_its_name()
    {
        using ForgedCertificate expired = Root.Issue(CertificateWish.Authority with { Name = "Old", NotAfter = s_past });
        using ForgedCertificate future = Root.Issue(CertificateWish.Authority with { Name = "New", NotBefore = s_future });
        using ForgedCertificate root = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = "Old Root", NotAfter = s_past });
        using ForgedCertificate belowExpired = expired.Issue(CertificateWish.Server);
        using ForgedCertificate belowFuture = future.Issue(CertificateWish.Server);
        using ForgedCertificate belowRoot = root.Issue(CertificateWish.Server);

        Holds(Verdict.OnServer(Trust, belowExpired, "localhost", expired), ChatErrorCode.CertificateExpired, "'CN=Old' above it expired on 2026-01-02 03:04:05Z.");
        Holds(Verdict.OnServer(Trust, belowFuture, "localhost", future), ChatErrorCode.CertificateNotYetValid, "'CN=New' above it is valid from 2098-01-02 03:04:05Z,");
        Holds(Verdict.OnServer(new() { Authorities = [root.Certificate] }, belowRoot), ChatErrorCode.CertificateExpired, "'CN=Old Root' above it expired on 2026-01-02 03:04:05Z.");
    }

    [Fact]
    public void One_that_stands_for_itself_is_told_with_what_it_can_be_known_by()
    {
        using ForgedCertificate server = ForgedCertificate.SelfSigned(CertificateWish.Server);
        using ForgedCertificate client = ForgedCertificate.SelfSigned(CertificateWish.Client);

        foreach (PeerTrust trust in new[] { Trust, new PeerTrust() })
        {
            Holds(
                Verdict.OnServer(trust, server),
                ChatErrorCode.CertificateNotTrusted,
                $"it is its own authority; give -TrustedCertificatePath or -PinnedThumbprint if you know it (its SHA-256 thumbprint is {Thumbprint.Of(server.Certificate)}).");
        }

        Holds(Verdict.OnClient(Trust, client), ChatErrorCode.CertificateNotTrusted, "it is its own authority; give -TrustedCertificatePath or -AllowedThumbprint if you know it");
    }

    [Fact]
    public void An_unknown_authority_is_named()
    {
        using ForgedCertificate server = authorities.Stranger.Issue(CertificateWish.Server);

        Holds(
            Verdict.OnServer(new(), server),
            ChatErrorCode.CertificateNotTrusted,
            "it comes from 'CN=Stranger', which is not an authority that this system trusts, and whose own certificate was not sent along: give -TrustedCertificatePath if you know it.");
        Holds(
            Verdict.OnServer(new(), server, "localhost", authorities.Stranger),
            ChatErrorCode.CertificateNotTrusted,
            "it comes from 'CN=Stranger', which is not an authority that this system trusts: give -TrustedCertificatePath if you know it.");
    }

    [Fact]
    public void An_authority_that_is_none_of_those_given_is_named()
    {
        using ForgedCertificate client = authorities.Stranger.Issue(CertificateWish.Client);

        Holds(Verdict.OnClient(Trust, client, authorities.Stranger), ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Stranger', which is none of the authorities given.");
        Holds(Verdict.OnClient(Trust, client), ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Stranger', which is none of the authorities given, and whose own certificate was not sent along.");
        Holds(Verdict.OnClient(new() { Authorities = [] }, client), ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Stranger', which is none of the authorities given");
    }

    [Fact]
    public void An_intermediate_authority_that_was_not_sent_along_is_named()
    {
        using ForgedCertificate intermediate = Root.IssueAuthority();
        using ForgedCertificate server = intermediate.Issue(CertificateWish.Server);

        Holds(
            Verdict.OnServer(Trust, server),
            ChatErrorCode.CertificateNotTrusted,
            "it comes from 'CN=Test Intermediate', which is none of the authorities given, and whose own certificate was not sent along.");
    }

    [Fact]
    public void A_signature_that_is_not_genuine_is_told()
    {
        using ForgedCertificate forged = Root.IssueFalsely(CertificateWish.Server);
        using ForgedCertificate forgedAuthority = Root.IssueFalsely(CertificateWish.Authority with { Name = "Forged" });
        using ForgedCertificate below = forgedAuthority.Issue(CertificateWish.Client);

        Holds(Verdict.OnServer(Trust, forged), ChatErrorCode.CertificateNotTrusted, "the signature on the certificate is not genuine: 'CN=Test Root' has not signed it.");
        Holds(Verdict.OnClient(Trust, below, forgedAuthority), ChatErrorCode.CertificateNotTrusted, "the signature on 'CN=Forged' above it is not genuine: 'CN=Test Root' has not signed it.");
    }

    [Fact]
    public void The_systems_roots_vouch_for_no_client()
    {
        using ForgedCertificate client = Root.Issue(CertificateWish.Client);

        Holds(Verdict.OnClient(new(), client), ChatErrorCode.CertificateNotTrusted, "no authority and no thumbprint is given that a client could be known by.");
    }

    [Fact]
    public void A_framework_that_refuses_without_a_reason_is_believed()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server);
        using X509Chain chain = new() { ChainPolicy = CertificateCheck.PolicyFor(Trust) };
        Assert.True(chain.Build(server.Certificate));

        Holds(
            CertificateCheck.Examine(server.Certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors, Trust, PeerRole.Server, "localhost"),
            ChatErrorCode.CertificateNotTrusted,
            "this system does not trust it, and does not say why.");
    }

    [Fact]
    public void Without_a_chain_nothing_is_trusted()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server);

        Holds(
            CertificateCheck.Examine(server.Certificate, null, SslPolicyErrors.None, Trust, PeerRole.Server, "localhost"),
            ChatErrorCode.CertificateNotTrusted,
            "it comes from 'CN=Test Root', which is none of the authorities given");
    }

    [Fact]
    public void The_purpose_of_the_other_end_is_said()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server);
        using ForgedCertificate client = Root.Issue(CertificateWish.Client with { Names = ["localhost"] });

        Holds(Verdict.OnServer(Trust, client), ChatErrorCode.CertificateWrongPurpose, "it is made for a client, not for a server.");
        Holds(Verdict.OnClient(Trust, server), ChatErrorCode.CertificateWrongPurpose, "it is made for a server, not for a client.");
    }

    [Fact]
    public void Another_purpose_is_named()
    {
        using ForgedCertificate code = Root.Issue(CertificateWish.Server with { Purposes = ["1.3.6.1.5.5.7.3.3"] });
        using ForgedCertificate signer = Root.Issue(CertificateWish.Server with { KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign });

        Holds(Verdict.OnServer(Trust, code), ChatErrorCode.CertificateWrongPurpose, "it is not made for a server but for ");
        Holds(Verdict.OnServer(Trust, signer), ChatErrorCode.CertificateWrongPurpose, "its key is not to be used by a server (key usage: CrlSign, KeyCertSign).");
    }

    [Fact]
    public void An_authority_for_clients_vouches_for_no_server()
    {
        using ForgedCertificate clients = Root.Issue(CertificateWish.Authority with { Name = "Clients", Purposes = [CertificateWish.ClientOid] });
        using ForgedCertificate server = clients.Issue(CertificateWish.Server);

        Holds(Verdict.OnServer(Trust, server, "localhost", clients), ChatErrorCode.CertificateWrongPurpose, "its extended key usage, or that of one above it, does not name the use by a server.");
    }

    [Fact]
    public void One_that_is_no_authority_signs_nothing()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { Name = "bad" });
        using ForgedCertificate below = server.Issue(CertificateWish.Server);
        using ForgedCertificate crippled = Root.Issue(CertificateWish.Authority with { Name = "crippled", KeyUsage = X509KeyUsageFlags.DigitalSignature });
        using ForgedCertificate belowCrippled = crippled.Issue(CertificateWish.Server);

        Holds(Verdict.OnServer(Trust, below, "localhost", server), ChatErrorCode.CertificateWrongPurpose, "'CN=bad' above it is no authority (CA:FALSE) and may not sign certificates.");
        Holds(Verdict.OnServer(Trust, belowCrippled, "localhost", crippled), ChatErrorCode.CertificateWrongPurpose, "'CN=crippled' above it may not sign certificates (key usage)");
    }

    [Fact]
    public void An_authority_below_one_that_may_have_none_signs_nothing()
    {
        using ForgedCertificate root = ForgedCertificate.SelfSigned(CertificateWish.Authority with { PathLength = 0 });
        using ForgedCertificate below = root.IssueAuthority();
        using ForgedCertificate server = below.Issue(CertificateWish.Server);

        Holds(
            Verdict.OnServer(new() { Authorities = [root.Certificate] }, server, "localhost", below),
            ChatErrorCode.CertificateWrongPurpose,
            "an authority above it may not have another below it (basic constraints).");
    }

    [Theory]
    [InlineData(ForgedKey.Rsa1024, "the key of the certificate is too weak: RSA of 1024 bits, where 2048 are the least.")]
    [InlineData(ForgedKey.EcdsaP192, "the key of the certificate is too weak: an elliptic curve of 192 bits, where 224 are the least.")]
    [InlineData(ForgedKey.Dsa, "the key of the certificate is too weak: DSA.")]
    public void A_weak_key_is_told(ForgedKey key, string words)
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { Key = key });

        Holds(Verdict.OnServer(Trust, server), ChatErrorCode.CertificateTooWeak, words);
    }

    [Theory]
    [InlineData(false, false, "SHA1", "SHA-1")]
    [InlineData(true, false, "SHA1", "SHA-1")]
    [InlineData(true, false, "MD5", "MD5")]
    [InlineData(true, true, "SHA1", "SHA-1")]
    public void A_weak_signature_is_told(bool isRsa, bool isPss, string hash, string said)
    {
        using ForgedCertificate client = (isRsa ? authorities.RsaRoot : Root).Issue(CertificateWish.Client with { Hash = new HashAlgorithmName(hash), IsPss = isPss });

        Holds(Verdict.OnClient(Trust, client), ChatErrorCode.CertificateTooWeak, $"the signature on the certificate is too weak: {said}.");
    }

    [Fact]
    public void What_is_weak_above_it_is_told_with_its_name()
    {
        using ForgedCertificate intermediate = Root.Issue(CertificateWish.Authority with { Name = "Weak", Hash = HashAlgorithmName.SHA1, Key = ForgedKey.Rsa1024 });
        using ForgedCertificate server = intermediate.Issue(CertificateWish.Server);

        Holds(
            Verdict.OnServer(Trust, server, "localhost", intermediate),
            ChatErrorCode.CertificateTooWeak,
            "the key of 'CN=Weak' above it is too weak: RSA of 1024 bits, where 2048 are the least; the signature on 'CN=Weak' above it is too weak: SHA-1.");
    }

    [Fact]
    public void On_the_signature_of_a_trusted_root_nothing_rests()
    {
        using ForgedCertificate root = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = "Old Root", Hash = HashAlgorithmName.SHA1 });
        using ForgedCertificate server = root.Issue(CertificateWish.Server);
        using ForgedCertificate self = ForgedCertificate.SelfSigned(CertificateWish.Server with { Hash = HashAlgorithmName.SHA1 });

        Assert.Null(Verdict.OnServer(new() { Authorities = [root.Certificate] }, server));
        Assert.Null(Verdict.OnServer(new() { Authorities = [self.Certificate] }, self));
    }

    [Fact]
    public void All_that_is_wrong_is_told_and_the_code_is_that_of_the_most_telling()
    {
        using ForgedCertificate worst = ForgedCertificate.SelfSigned(CertificateWish.Client with { Names = ["example.test"], Key = ForgedKey.Rsa1024, Hash = HashAlgorithmName.SHA1, NotAfter = s_past });
        using ForgedCertificate expired = Root.Issue(CertificateWish.Server with { Names = ["example.test"], Key = ForgedKey.Rsa1024, NotAfter = s_past });

        ChatException? error = Verdict.OnServer(Trust, worst);
        Holds(error, ChatErrorCode.CertificateNotTrusted, "it is its own authority");
        Assert.EndsWith("; it is made for a client, not for a server; it is for example.test, not for localhost; it expired on 2026-01-02 03:04:05Z; the key of the certificate is too weak: RSA of 1024 bits, where 2048 are the least; and 1 more.", error!.Message, StringComparison.Ordinal);
        Holds(
            Verdict.OnServer(Trust, expired),
            ChatErrorCode.CertificateNameMismatch,
            "it is for example.test, not for localhost; it expired on 2026-01-02 03:04:05Z; the key of the certificate is too weak: RSA of 1024 bits, where 2048 are the least.");
    }

    [Fact]
    public void Whose_certificate_it_is_is_said_first()
    {
        using ForgedCertificate server = Root.Issue(CertificateWish.Server with { NotAfter = s_past });
        using ForgedCertificate client = Root.Issue(CertificateWish.Client with { NotAfter = s_past });

        Assert.StartsWith("The server localhost showed a certificate that is not accepted, of 'CN=server': it ", Verdict.OnServer(Trust, server)?.Message, StringComparison.Ordinal);
        Assert.StartsWith("The client showed a certificate that is not accepted, of 'CN=ada': it ", Verdict.OnClient(Trust, client)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_check_is_skipped_anything_is_accepted()
    {
        using ForgedCertificate worst = ForgedCertificate.SelfSigned(CertificateWish.Client with { Key = ForgedKey.Rsa1024, NotAfter = s_past });

        Assert.Null(Verdict.OnServer(new() { SkipCheck = true }, worst));
    }

    private static void Holds(ChatException? error, ChatErrorCode code, string words)
    {
        Assert.NotNull(error);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(code, error.Code);
    }
}
