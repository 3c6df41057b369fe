using System.Net.Sockets;
using System.Text;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class SendOutboxTests
{
    private readonly FakeTransport _transport = new();
    private readonly List<Exception> _failures = [];

    [Fact]
    public void What_the_wire_takes_is_sent_at_once()
    {
        SendOutbox outbox = Outbox();

        Assert.Equal(SendOutbox.Offer.Taken, outbox.TrySend("a\n"u8.ToArray(), borrowed: false));

        Assert.Equal("a\n", _transport.SentText);
        Assert.Equal(0, _transport.SendCalls);
        Assert.Equal(2, outbox.SentBytes);
        Assert.Equal(0, outbox.WaitingBytes);
    }

    [Fact]
    public async Task What_the_wire_refuses_waits_and_is_sent_later()
    {
        SendOutbox outbox = Outbox();
        _transport.HoldSends();
        _transport.LimitRoom(3);

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "abcdef"));
        Assert.Equal("abc", _transport.SentText);
        Assert.Equal(3, outbox.WaitingBytes);
        Assert.Equal(3, outbox.SentBytes);
        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("abcdef", _transport.SentText);
        Assert.Equal(0, outbox.WaitingBytes);
        Assert.Equal(6, outbox.SentBytes);
    }

    [Fact]
    public async Task Nothing_overtakes_what_waits()
    {
        SendOutbox outbox = Outbox();
        _transport.HoldSends();
        _transport.LimitRoom(1);
        Send(outbox, "1a");
        _transport.LimitRoom(long.MaxValue);
        Send(outbox, "2b");
        Send(outbox, "3c");
        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("1a2b3c", _transport.SentText);
    }

    [Fact]
    public async Task What_waits_goes_out_in_few_calls()
    {
        SendOutbox outbox = Outbox();
        _transport.HoldSends();
        Send(outbox, "first\n");
        await _transport.WaitUntilHeldAsync();
        string expected = "first\n";
        for (int i = 0; i < 500; i++)
        {
            Send(outbox, $"{i}\n");
            expected += $"{i}\n";
        }

        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal(expected, _transport.SentText);
        Assert.Equal(2, _transport.SendCalls);
    }

    [Fact]
    public async Task Large_frames_and_small_ones_keep_their_order()
    {
        SendOutbox outbox = Outbox(limit: 10 << 20);
        _transport.HoldSends();
        MemoryStream expected = new();
        Random random = new(5);
        for (int i = 0; i < 60; i++)
        {
            byte[] frame = new byte[i % 3 == 0 ? random.Next(30_000, 140_000) : random.Next(0, 9_000)];
            random.NextBytes(frame);
            expected.Write(frame);
            Assert.Equal(SendOutbox.Offer.Taken, outbox.TrySend(frame, borrowed: false));
        }

        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal(expected.ToArray(), _transport.Sent);
        Assert.Equal(expected.Length, outbox.SentBytes);
    }

    [Fact]
    public async Task Frames_of_many_senders_never_interleave_and_each_sender_keeps_its_order()
    {
        const int Senders = 8;
        const int Frames = 400;
        SendOutbox outbox = Outbox(limit: 2_000);
        _transport.LimitRoom(1_000);
        Task[] senders = [.. Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < Frames; i++)
            {
                byte[] frame = Encoding.UTF8.GetBytes($"{sender}:{i}:{new string((char)('a' + sender), i % 50)}\n");
                while (outbox.TrySend(frame, borrowed: false) != SendOutbox.Offer.Taken)
                {
                    await outbox.WaitForRoomAsync(frame.Length, CancellationToken.None).Within();
                }

                if (i % 20 == 0)
                {
                    _transport.LimitRoom(777);
                }
            }
        }))];

        await Task.WhenAll(senders).Within();
        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());

        int[] next = new int[Senders];
        string[] lines = _transport.SentText.Split('\n')[..^1];
        Assert.Equal(Senders * Frames, lines.Length);
        foreach (string line in lines)
        {
            int sender = line[0] - '0';
            int i = next[sender]++;
            Assert.Equal($"{sender}:{i}:{new string((char)('a' + sender), i % 50)}", line);
        }
    }

    [Fact]
    public async Task Borrowed_memory_is_copied_when_it_must_wait()
    {
        SendOutbox outbox = Outbox();
        byte[] memory = "ab"u8.ToArray();
        _transport.HoldSends();
        outbox.TrySend(memory, borrowed: true);
        outbox.TrySend(memory, borrowed: true);
        memory.AsSpan().Fill((byte)'x');
        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("abab", _transport.SentText);
    }

    [Fact]
    public async Task Under_the_policy_to_wait_a_full_outbox_refuses_until_there_is_room()
    {
        SendOutbox outbox = Outbox(limit: 4);
        _transport.HoldSends();
        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "aa"));
        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "bb"));
        Assert.Equal(SendOutbox.Offer.Full, Send(outbox, "c"));
        Task room = outbox.WaitForRoomAsync(1, CancellationToken.None);
        Assert.False(room.IsCompleted);

        await _transport.WaitUntilHeldAsync();
        _transport.LetOneSend();
        await room.Within();

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "c"));
        _transport.LetSends();
        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("aabbc", _transport.SentText);
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public async Task A_frame_larger_than_the_outbox_goes_when_nothing_else_waits()
    {
        SendOutbox outbox = Outbox(limit: 4);
        _transport.HoldSends();
        Send(outbox, "a");
        Assert.Equal(SendOutbox.Offer.Full, Send(outbox, "larger"));
        Task room = outbox.WaitForRoomAsync(6, CancellationToken.None);
        _transport.LetSends();
        await room.Within();

        Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, "larger"));
        Assert.Equal("alarger", _transport.SentText);
    }

    [Fact]
    public async Task Waiting_for_room_ends_on_cancellation_and_when_no_more_is_taken()
    {
        SendOutbox outbox = Outbox(limit: 1);
        _transport.HoldSends();
        Send(outbox, "a");
        using CancellationTokenSource cancel = new();
        Task cancelled = outbox.WaitForRoomAsync(1, cancel.Token);
        Task completed = outbox.WaitForRoomAsync(1, CancellationToken.None);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        Assert.False(completed.IsCompleted);
        outbox.CompleteAdding();

        await completed.Within();
        Assert.Equal(SendOutbox.Offer.Closed, Send(outbox, "b"));
    }

    [Fact]
    public void Under_the_policy_to_disconnect_a_full_outbox_says_that_the_reader_is_slow()
    {
        SendOutbox outbox = Outbox(limit: 2, OutboxPolicy.Disconnect);
        _transport.HoldSends();
        Send(outbox, "ab");

        Assert.Equal(SendOutbox.Offer.SlowReader, Send(outbox, "c"));
        Assert.Equal(2, outbox.WaitingBytes);
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public async Task Under_the_policy_to_drop_the_oldest_give_way_and_are_counted()
    {
        SendOutbox outbox = Outbox(limit: 6, OutboxPolicy.DropOldest);
        _transport.HoldSends();
        Send(outbox, "1\n");
        await _transport.WaitUntilHeldAsync();
        foreach (string frame in (string[])["2\n", "3\n", "4\n", "5\n"])
        {
            Assert.Equal(SendOutbox.Offer.Taken, Send(outbox, frame));
        }

        Assert.Equal(2, outbox.Dropped);
        Assert.Equal(6, outbox.WaitingBytes);
        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("1\n4\n5\n", _transport.SentText);
    }

    [Fact]
    public async Task A_frame_whose_beginning_was_sent_is_never_dropped()
    {
        SendOutbox outbox = Outbox(limit: 3, OutboxPolicy.DropOldest);
        _transport.HoldSends();
        _transport.LimitRoom(1);
        Send(outbox, "abc\n");
        Send(outbox, "d\n");
        Send(outbox, "e\n");
        Send(outbox, "f\n");
        _transport.LetSends();

        Assert.True(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
        Assert.Equal("abc\nf\n", _transport.SentText);
        Assert.Equal(2, outbox.Dropped);
    }

    [Fact]
    public async Task Every_message_of_a_dropped_frame_is_counted()
    {
        SendOutbox outbox = Outbox(limit: 6, OutboxPolicy.DropOldest);
        _transport.HoldSends();
        Send(outbox, "1\n");
        await _transport.WaitUntilHeldAsync();
        outbox.TrySend("2\n3\n"u8.ToArray(), borrowed: false, messages: 2);

        Send(outbox, "4\n");

        Assert.Equal(2, outbox.Dropped);
    }

    [Fact]
    public async Task A_send_at_once_that_fails_ends_all_sending_and_is_told_once()
    {
        SendOutbox outbox = Outbox();
        SocketException reset = new((int)SocketError.ConnectionReset);
        _transport.FailSends(reset);

        Assert.Equal(SendOutbox.Offer.Closed, Send(outbox, "a"));
        Assert.Equal(SendOutbox.Offer.Closed, Send(outbox, "b"));

        Assert.Same(reset, Assert.Single(_failures));
        Assert.Same(reset, outbox.Failure);
        Assert.False(await outbox.WaitUntilSentAsync(CancellationToken.None).Within());
    }

    [Fact]
    public async Task A_later_send_that_fails_ends_all_sending_and_all_waiting()
    {
        SendOutbox outbox = Outbox(limit: 2);
        SocketException reset = new((int)SocketError.ConnectionReset);
        _transport.HoldSends();
        Send(outbox, "a");
        Send(outbox, "b");
        Task room = outbox.WaitForRoomAsync(1, CancellationToken.None);
        Task<bool> sent = outbox.WaitUntilSentAsync(CancellationToken.None);
        await _transport.WaitUntilHeldAsync();
        Assert.False(room.IsCompleted);
        Assert.False(sent.IsCompleted);

        _transport.FailSends(reset);

        await room.Within();
        Assert.False(await sent.Within());
        Assert.Equal(SendOutbox.Offer.Closed, Send(outbox, "c"));
        Assert.Same(reset, outbox.Failure);
        Assert.Equal(0, outbox.WaitingBytes);
        Assert.Equal("", _transport.SentText);
    }

    [Fact]
    public async Task What_waits_is_still_sent_after_no_more_is_taken()
    {
        SendOutbox outbox = Outbox();
        _transport.HoldSends();
        Send(outbox, "a");
        Send(outbox, "b");
        outbox.CompleteAdding();
        Task<bool> sent = outbox.WaitUntilSentAsync(CancellationToken.None);
        Assert.False(sent.IsCompleted);
        _transport.LetSends();

        Assert.True(await sent.Within());
        Assert.Equal("ab", _transport.SentText);
    }

    [Fact]
    public async Task Waiting_until_all_is_sent_ends_at_once_when_nothing_waits() =>
        Assert.True(await Outbox().WaitUntilSentAsync(new CancellationToken(canceled: true)).Within());

    [Fact]
    public async Task Waiting_until_all_is_sent_ends_on_cancellation()
    {
        SendOutbox outbox = Outbox();
        _transport.HoldSends();
        Send(outbox, "a");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => outbox.WaitUntilSentAsync(new CancellationToken(canceled: true)).Within());
    }

    private SendOutbox Outbox(long limit = 1 << 20, OutboxPolicy policy = OutboxPolicy.Wait) =>
        new(_transport, limit, policy, (_, e) => _failures.Add(e));

    private static SendOutbox.Offer Send(SendOutbox outbox, string frame) =>
        outbox.TrySend(Encoding.UTF8.GetBytes(frame), borrowed: false);
}
