using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

public sealed class ThumbprintTests(TestAuthorities authorities) : IClassFixture<TestAuthorities>
{
    [Fact]
    public void It_is_read_as_programs_write_it()
    {
        string sha256 = Thumbprint.Of(authorities.Root.Certificate);
        string colons = string.Join(':', sha256.Chunk(2).Select(static pair => new string(pair)));
        foreach (string written in new[] { sha256, colons, colons.Replace(':', '-'), colons.Replace(':', ' '), $" {colons.Replace(':', ' ')} ", string.Concat(sha256.Select(char.ToLowerInvariant)) })
        {
            Thumbprint thumbprint = Thumbprint.Parse(written);

            Assert.True(thumbprint.Matches(authorities.Root.Certificate), written);
            Assert.False(thumbprint.Matches(authorities.Stranger.Certificate), written);
            Assert.Equal(sha256, thumbprint.ToString());
        }
    }

    [Fact]
    public void The_one_that_the_framework_shows_is_one_too()
    {
        Thumbprint sha1 = Thumbprint.Parse(authorities.Root.Certificate.Thumbprint);

        Assert.True(sha1.Matches(authorities.Root.Certificate));
        Assert.False(sha1.Matches(authorities.Stranger.Certificate));
        Assert.Equal(authorities.Root.Certificate.Thumbprint, sha1.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":::")]
    [InlineData("ABCD")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123Z")]
    [InlineData("Z123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("Z123456789012345678901234567890123456789")]
    public void Anything_else_is_none(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => Thumbprint.Parse(text));

        Assert.Equal($"'{text}' is no thumbprint: 64 hexadecimal digits (SHA-256) or 40 (SHA-1) are.", error.Message);
    }

    [Fact]
    public void The_mark_that_a_certificate_dialogue_puts_in_front_does_not_matter() =>
        Assert.True(Thumbprint.Parse("\u200E" + authorities.Root.Certificate.Thumbprint).Matches(authorities.Root.Certificate));
}
