using System.Net.Sockets;
using System.Text;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>An outbox whose wire fails, and that gets another.</summary>
public sealed class SuspendedOutboxTests
{
    private static readonly SocketException s_reset = new((int)SocketError.ConnectionReset);

    private readonly FakeTransport _first = new();
    private readonly FakeTransport _second = new();
    private readonly List<(ITransport Transport, Exception Error)> _failures = [];

    [Fact]
    public async Task What_is_sent_without_a_wire_goes_over_the_next_in_its_order()
    {
        SendOutbox outbox = Outbox();
        Assert.True(outbox.Suspend());

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "a\n"));
        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "b\n"));
        Assert.Equal(4, outbox.WaitingBytes);
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("", _first.SentText);
        Assert.Equal("a\nb\n", _second.SentText);
        Assert.Equal(0, outbox.WaitingBytes);
    }

    [Fact]
    public async Task A_message_that_the_wire_refused_with_an_error_is_not_lost()
    {
        SendOutbox outbox = Outbox();
        _first.FailSends(s_reset);

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "a\n"));
        Assert.Null(outbox.Failure);
        Assert.Equal([(_first, s_reset)], _failures);
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("a\n", _second.SentText);
    }

    [Fact]
    public async Task A_borrowed_message_that_waits_is_a_copy()
    {
        SendOutbox outbox = Outbox();
        outbox.Suspend();
        byte[] frame = "a\n"u8.ToArray();
        outbox.TrySend(frame, borrowed: true);
        frame[0] = (byte)'x';
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("a\n", _second.SentText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_of_which_a_part_was_taken_is_sent_again_whole(bool borrowed)
    {
        SendOutbox outbox = Outbox();
        _first.HoldSends();
        _first.LimitRoom(3);
        outbox.TrySend("first\n"u8.ToArray(), borrowed);
        Send(outbox, "second\n");
        await _first.WaitUntilHeldAsync();

        _first.FailSends(s_reset);
        await outbox.WaitUntilQuietAsync().Within();
        Assert.Equal("fir", _first.SentText);
        Assert.Equal(13, outbox.WaitingBytes);
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("first\nsecond\n", _second.SentText);
    }

    [Fact]
    public async Task Messages_that_the_wire_has_taken_whole_are_not_sent_again()
    {
        SendOutbox outbox = Outbox();
        _first.HoldSends();
        Send(outbox, "1\n");
        await _first.WaitUntilHeldAsync();
        Send(outbox, "2\n");
        Send(outbox, "3\n");
        Send(outbox, "4\n");

        // The wire takes the second message and a byte of the third, of three that are sent in one call.
        _first.LimitRoom(3);
        _first.LetOneSend();
        await _first.WaitUntilAsync(t => t.SentText == "1\n2\n3");
        await _first.WaitUntilHeldAsync();
        _first.FailSends(s_reset);
        await outbox.WaitUntilQuietAsync().Within();
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("3\n4\n", _second.SentText);
    }

    [Fact]
    public async Task A_suspended_outbox_ends_its_write_loop_when_the_wire_is_aborted()
    {
        SendOutbox outbox = Outbox();
        _first.HoldSends();
        Send(outbox, "a\n");
        await _first.WaitUntilHeldAsync();

        Assert.False(outbox.Suspend());
        _first.Abort();
        await outbox.WaitUntilQuietAsync().Within();

        Assert.Null(outbox.Failure);
        Assert.Equal(2, outbox.WaitingBytes);
    }

    [Fact]
    public async Task The_limit_holds_without_a_wire_too()
    {
        SendOutbox outbox = Outbox(limit: 4);
        outbox.Suspend();
        Send(outbox, "abcd");

        Assert.Equal(SendOutbox.Offer.Full, Send(outbox, "e"));
        Task room = outbox.WaitForRoomAsync(1, CancellationToken.None);
        Assert.False(room.IsCompleted);
        outbox.Resume(_second);

        await room.Within();
    }

    [Fact]
    public async Task A_message_larger_than_the_limit_is_let_in_where_nothing_waits()
    {
        SendOutbox outbox = Outbox(limit: 4);
        outbox.Suspend();
        await outbox.WaitForRoomAsync(6, CancellationToken.None).Within();

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "abcdef"));
        Assert.Equal(SendOutbox.Offer.Full, Send(outbox, "g"));
    }

    [Fact]
    public void The_policy_to_disconnect_holds_without_a_wire_too()
    {
        SendOutbox outbox = Outbox(limit: 4, OutboxPolicy.Disconnect);
        outbox.Suspend();
        Send(outbox, "abcd");

        Assert.Equal(SendOutbox.Offer.SlowReader, Send(outbox, "e"));
    }

    [Fact]
    public async Task The_oldest_give_way_without_a_wire_too()
    {
        SendOutbox outbox = Outbox(limit: 4, OutboxPolicy.DropOldest);
        outbox.Suspend();
        Send(outbox, "a\n");
        Send(outbox, "b\n");
        Send(outbox, "c\n");
        outbox.Resume(_second);

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("b\nc\n", _second.SentText);
        Assert.Equal(1, outbox.Dropped);
    }

    [Fact]
    public async Task What_will_never_be_sent_is_counted()
    {
        SendOutbox outbox = Outbox();
        outbox.Suspend();
        Send(outbox, "a\n");
        outbox.TrySend("b\nc\n"u8.ToArray(), borrowed: false, messages: 2);

        outbox.GiveUp(s_reset);

        Assert.False(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal(3, outbox.UnsentMessages);
        Assert.Equal(6, outbox.UnsentBytes);
        Assert.Same(s_reset, outbox.Failure);
        Assert.Equal(SendOutbox.Offer.Closed, Send(outbox, "d\n"));
    }

    [Fact]
    public async Task Given_up_while_the_wire_is_in_use_it_ends_with_the_wire()
    {
        SendOutbox outbox = Outbox();
        _first.HoldSends();
        Send(outbox, "a\n");
        await _first.WaitUntilHeldAsync();
        outbox.Suspend();
        outbox.GiveUp(s_reset);
        Assert.Null(outbox.Failure);

        _first.Abort();

        Assert.False(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal(1, outbox.UnsentMessages);
    }

    [Fact]
    public async Task Without_another_wire_to_come_a_failure_counts_what_was_not_sent()
    {
        SendOutbox outbox = new(_first, 100, OutboxPolicy.Wait, (t, e) => _failures.Add((t, e)));
        _first.HoldSends();
        _first.LimitRoom(1);
        Send(outbox, "a\n");
        Send(outbox, "b\n");
        await _first.WaitUntilHeldAsync();
        _first.FailSends(s_reset);

        Assert.False(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal(2, outbox.UnsentMessages);
        Assert.Equal(3, outbox.UnsentBytes);
    }

    private SendOutbox Outbox(long limit = 1 << 20, OutboxPolicy policy = OutboxPolicy.Wait) =>
        new(_first, limit, policy, (transport, e) => _failures.Add((transport, e)), isResumable: true);

    private static SendOutbox.Offer Send(SendOutbox outbox, string frame) =>
        outbox.TrySend(Encoding.UTF8.GetBytes(frame), borrowed: false);
}
