using System.Buffers;
using System.Text;
using TcpChat.Rooms;

namespace TcpChat.Core.Tests.Rooms;

public class RoomMessageJsonTests
{
    private static readonly DateTime s_time = new(2026, 11, 23, 12, 0, 1, 234, DateTimeKind.Utc);

    public static TheoryData<RoomMessageKind> Kinds => [.. Enum.GetValues<RoomMessageKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read(RoomMessageKind kind)
    {
        RoomMessage message = new() { Id = 7, Kind = kind, Room = "ops", Sender = "alice", To = "bob", Text = "\"Grüße\" \\ 🙂 <b>", SentAtUtc = s_time };
        Assert.True(RoomMessageJson.TryRead(Encoding.UTF8.GetBytes(Write(message)), out RoomMessage? read));
        Assert.Equal(message, read);
    }

    [Fact]
    public void It_is_one_line_of_json_with_text_as_it_is()
    {
        RoomMessage message = new() { Id = 12, Kind = RoomMessageKind.Message, Room = "ops", Sender = "bob", Text = "hi, Zoë", SentAtUtc = s_time };
        Assert.Equal("""{"kind":"message","id":12,"room":"ops","from":"bob","text":"hi, Zoë","time":"2026-11-23T12:00:01.234Z"}""", Write(message));
    }

    [Fact]
    public void What_is_not_there_is_not_written()
    {
        RoomMessage notice = new() { Kind = RoomMessageKind.Notice, Sender = "server", Text = "x", SentAtUtc = s_time };
        Assert.Equal("""{"kind":"notice","from":"server","text":"x","time":"2026-11-23T12:00:01.234Z"}""", Write(notice));
        Assert.True(RoomMessageJson.TryRead(Encoding.UTF8.GetBytes(Write(notice)), out RoomMessage? read));
        Assert.Equal(notice, read);
    }

    [Fact]
    public void Members_that_are_not_known_are_passed_over()
    {
        const string Json = """{"kind":"message","new":{"a":[1,{"kind":"x"}]},"id":1,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z","more":null}""";
        Assert.True(RoomMessageJson.TryRead(Encoding.UTF8.GetBytes(Json), out RoomMessage? read));
        Assert.Equal("t", read.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":"shout","id":1,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":1,"id":1,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":"1","from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":-1,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":1.5,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":1,"from":["a"],"text":"t","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":1,"from":"a","text":"t","time":"yesterday"}""")]
    [InlineData("""{"kind":"message","id":1,"from":"a","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":1,"from":"a","text":"\ud800","time":"2026-11-23T12:00:01.234Z"}""")]
    [InlineData("""{"kind":"message","id":1,"from":"a","text":"t","time":"2026-11-23T12:00:01.234Z"} x""")]
    public void What_is_no_message_is_none(string json)
    {
        Assert.False(RoomMessageJson.TryRead(Encoding.UTF8.GetBytes(json), out RoomMessage? message));
        Assert.Null(message);
    }

    [Fact]
    public void Whatever_comes_is_a_message_or_is_none()
    {
        Random random = new(20261124);
        byte[] valid = Encoding.UTF8.GetBytes("""{"kind":"message","id":12,"room":"ops","from":"bob","text":"hi","time":"2026-11-23T12:00:01.234Z"}""");
        for (int round = 0; round < 50_000; round++)
        {
            byte[] line = [.. valid];
            for (int change = random.Next(4); change >= 0; change--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            byte[] part = line[..random.Next(line.Length + 1)];
            Assert.Equal(RoomMessageJson.TryRead(part, out RoomMessage? message), message is not null);
        }
    }

    private static string Write(RoomMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        RoomMessageJson.Write(output, message);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
