using TcpChat.Errors;
using TcpChat.Rooms.Text;

namespace TcpChat.Core.Tests.Rooms.Text;

public class RoomNameTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("Zoë")]
    [InlineData("b-2_c.d")]
    [InlineData("7of9")]
    [InlineData("Борис")]
    [InlineData("Νίκη")]
    [InlineData("さくら")]
    [InlineData("मीरा")]
    public void Names_of_all_scripts_are_names(string name)
    {
        Assert.Equal(name.Normalize(), RoomName.User(name));
        Assert.Equal(name.Normalize(), RoomName.Room("#" + name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData(".a")]
    [InlineData("#a")]
    [InlineData("a/b")]
    [InlineData("a\u001b[31m")]
    [InlineData("a\u202eb")]
    [InlineData("a\u200bb")]
    [InlineData("\u0301a")]
    [InlineData("a\u3164")]
    [InlineData("🙂")]
    [InlineData("pаypal")]
    [InlineData("Αlice")]
    [InlineData("123456789012345678901234567890123")]
    public void What_is_no_name_is_refused(string? name) =>
        Assert.Equal(ChatErrorCode.NameInvalid, Assert.Throws<ChatException>(() => RoomName.User(name)).Code);

    [Fact]
    public void Half_a_character_is_no_name() =>
        Assert.Equal(ChatErrorCode.NameInvalid, Assert.Throws<ChatException>(() => RoomName.User("a\ud800")).Code);

    [Fact]
    public void A_name_is_kept_composed() => Assert.Equal("Zo\u00eb", RoomName.User("Zoe\u0308"));

    [Theory]
    [InlineData("alice", "ALICE")]
    [InlineData("Paul", "PauI")]
    [InlineData("b0b", "bob")]
    [InlineData("zoe", "Zoë")]
    [InlineData("cop", "сор")]
    [InlineData("TOM", "ТОМ")]
    [InlineData("tom", "том")]
    [InlineData("NIKH", "ΝΙΚΗ")]
    [InlineData("ΝΙΚΗ", "νικη")]
    [InlineData("alice", "\uff41lice")]
    public void Names_that_look_alike_have_one_skeleton(string name, string other) =>
        Assert.Equal(RoomName.Skeleton(name), RoomName.Skeleton(other));

    [Theory]
    [InlineData("alice", "alicia")]
    [InlineData("bob", "bob2")]
    [InlineData("a-b", "ab")]
    public void Other_names_have_another(string name, string other) =>
        Assert.NotEqual(RoomName.Skeleton(name), RoomName.Skeleton(other));

    [Fact]
    public void Whatever_comes_is_a_name_or_is_refused()
    {
        Random random = new(20261124);
        for (int round = 0; round < 50_000; round++)
        {
            char[] characters = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (char)random.Next(0x20, 0x3000))];
            try
            {
                string name = RoomName.User(new string(characters));
                Assert.Equal(name, VisibleText.Clean(name));
                Assert.Equal(RoomName.Skeleton(name), RoomName.Skeleton(RoomName.Skeleton(name)));
            }
            catch (ChatException e)
            {
                Assert.Equal(ChatErrorCode.NameInvalid, e.Code);
            }
        }
    }
}
