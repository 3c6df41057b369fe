using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Core.Tests.Security;

/// <summary>What a certificate says is anybody's text.</summary>
public sealed class HostileCertificateTests(TestAuthorities authorities) : IClassFixture<TestAuthorities>
{
    private const string Worst = "a\u001B[2J\r\n\u0000\u009B31m\u202Etxt\u2028\u200B\uDB40\uDC41\u007F";

    [Fact]
    public void Nothing_of_it_is_obeyed_by_a_terminal()
    {
        using ForgedCertificate issuer = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = Worst });
        using ForgedCertificate server = issuer.Issue(CertificateWish.Server with { Name = Worst, RawNames = ["evil\u001B[31m\n", "nice, which is accepted"] });
        using ForgedCertificate common = issuer.Issue(CertificateWish.Server with { Name = Worst, Names = [] });

        foreach (ForgedCertificate one in new[] { server, common })
        {
            string message = Verdict.OnServer(new(), one, "example.test\u001B[2J", issuer)!.Message;

            Assert.DoesNotContain(EveryRune(message), static category => category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator);
            Assert.Contains("it comes from 'CN=", message, StringComparison.Ordinal);
            Assert.DoesNotContain("nice, which", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_does_not_flood_a_terminal()
    {
        string endless = new('x', 10_000);
        using ForgedCertificate issuer = ForgedCertificate.SelfSigned(CertificateWish.Authority with { Name = endless });
        using ForgedCertificate server = issuer.Issue(
            CertificateWish.Client with
            {
                Name = endless,
                RawNames = [.. Enumerable.Repeat(endless, 50)],
                Purposes = [.. Enumerable.Range(1, 50).Select(static i => $"1.3.6.1.4.1.99999.{i}")],
            });

        ChatException? error = Verdict.OnServer(new(), server, endless + ".test", issuer);

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, error?.Code);
        Assert.InRange(error!.Message.Length, 100, 2000);
    }

    [Fact]
    public void Other_writing_stays_as_it_is()
    {
        using ForgedCertificate server = authorities.Stranger.Issue(CertificateWish.Server with { Name = "\u4F60\u597D \U0001F600" });

        Assert.Contains("'CN=\u4F60\u597D \U0001F600'", Verdict.OnServer(authorities.Trust, server)!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.5.29.17")]
    [InlineData("2.5.29.15")]
    public void What_cannot_be_read_is_refused(string oid)
    {
        using ForgedCertificate server = authorities.Root.Issue(
            CertificateWish.Server with { Names = [], Purposes = [], KeyUsage = null, Key = ForgedKey.Rsa2048, Extensions = [new X509Extension(oid, [1, 2, 3], critical: false)] });

        ChatException? error = Verdict.OnServer(authorities.Trust, server);

        Assert.NotNull(error);
        Assert.Equal(ChatErrorCode.CertificateNotTrusted, error.Code);
    }

    [Fact]
    public void What_must_be_understood_and_is_not_is_refused()
    {
        using ForgedCertificate server = authorities.Root.Issue(CertificateWish.Server with { Extensions = [new X509Extension("1.2.3.4.5", [5, 0], critical: true)] });

        ChatException? error = Verdict.OnServer(authorities.Trust, server);

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, error?.Code);
        Assert.EndsWith("this system finds fault with it: HasNotSupportedCriticalExtension.", error!.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<UnicodeCategory> EveryRune(string text) => text.EnumerateRunes().Select(System.Text.Rune.GetUnicodeCategory);
}
