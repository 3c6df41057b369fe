using System.Collections.Concurrent;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class MessageInboxTests
{
    private readonly ChatSession _session = TestSession.Open(new FakeTransport());

    [Fact]
    public void Messages_come_out_in_order()
    {
        MessageInbox inbox = new(10, 1000);
        Fill(inbox, 1, 2, 3);

        Assert.Equal([1, 2, 3], inbox.ToArray().Select(m => m.Sequence));
        Assert.True(inbox.TryPeek(out ChatMessage? first));
        Assert.Equal(1, first.Sequence);
        Assert.Equal([1, 2, 3], TakeAll(inbox));
        Assert.False(inbox.TryTake(out _));
        Assert.False(inbox.TryPeek(out _));
    }

    [Fact]
    public void It_takes_no_more_messages_than_its_limit()
    {
        MessageInbox inbox = new(2, 1000);
        Fill(inbox, 1, 2);

        Assert.False(inbox.TryAdd(Message(3)));
        Assert.Equal(2, inbox.Count);
        Assert.True(inbox.TryTake(out _));
        Assert.True(inbox.TryAdd(Message(3)));
        Assert.Equal([2, 3], TakeAll(inbox));
    }

    [Fact]
    public void It_takes_no_more_bytes_than_its_limit()
    {
        MessageInbox inbox = new(100, 10);
        Assert.True(inbox.TryAdd(Message(1, size: 6)));

        Assert.False(inbox.TryAdd(Message(2, size: 5)));
        Assert.True(inbox.TryAdd(Message(3, size: 4)));
        Assert.False(inbox.TryAdd(Message(4, size: 1)));
        Assert.True(inbox.TryAdd(Message(5, size: 0)));
    }

    [Fact]
    public void A_message_larger_than_all_the_room_is_let_in_alone()
    {
        MessageInbox inbox = new(100, 10);
        Assert.True(inbox.TryAdd(Message(1, size: 1)));

        Assert.False(inbox.TryAdd(Message(2, size: 50)));
        Assert.True(inbox.TryTake(out _));
        Assert.True(inbox.TryAdd(Message(2, size: 50)));
        Assert.False(inbox.TryAdd(Message(3, size: 1)));
    }

    [Fact]
    public async Task Waiting_for_room_ends_when_half_of_it_is_free()
    {
        MessageInbox inbox = new(4, 1000);
        Fill(inbox, 1, 2, 3, 4);
        Assert.False(inbox.TryAdd(Message(5)));

        Task room = inbox.WaitForRoomAsync(CancellationToken.None);
        Assert.True(inbox.TryTake(out _));
        Assert.False(room.IsCompleted);
        Assert.True(inbox.TryTake(out _));

        await room.Within();
    }

    [Fact]
    public async Task Waiting_for_room_goes_on_until_the_refused_message_fits()
    {
        MessageInbox inbox = new(100, 100);
        Assert.True(inbox.TryAdd(Message(1, size: 40)));
        Assert.False(inbox.TryAdd(Message(2, size: 80)));

        // Less than half is taken, and yet there is no room: a wait that ended now would be a loop at full speed.
        Task room = inbox.WaitForRoomAsync(CancellationToken.None);
        Assert.False(room.IsCompleted);
        Assert.True(inbox.TryTake(out _));

        await room.Within();
        Assert.True(inbox.TryAdd(Message(2, size: 80)));
    }

    [Fact]
    public async Task Waiting_for_room_ends_on_completion_and_on_cancellation()
    {
        MessageInbox inbox = new(1, 1000);
        Fill(inbox, 1);
        using CancellationTokenSource cancel = new();
        Task cancelled = inbox.WaitForRoomAsync(cancel.Token);
        Task completed = inbox.WaitForRoomAsync(CancellationToken.None);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        Assert.False(completed.IsCompleted);
        inbox.Complete();

        await completed.Within();
    }

    [Fact]
    public async Task Waiting_for_a_message_ends_when_one_comes()
    {
        MessageInbox inbox = new(10, 1000);
        ValueTask<bool> wait = inbox.WaitToTakeAsync();
        Assert.False(wait.IsCompleted);

        Fill(inbox, 1);

        Assert.True(await wait.Within());
        Assert.True(await inbox.WaitToTakeAsync().Within());
    }

    [Fact]
    public async Task Waiting_for_a_message_ends_when_none_will_come()
    {
        MessageInbox inbox = new(10, 1000);
        ValueTask<bool> wait = inbox.WaitToTakeAsync();

        inbox.Complete();

        Assert.False(await wait.Within());
        Assert.False(await inbox.WaitToTakeAsync().Within());
        Assert.True(inbox.IsFinished);
    }

    [Fact]
    public async Task Waiting_for_a_message_ends_on_cancellation_and_takes_nothing()
    {
        MessageInbox inbox = new(10, 1000);
        using CancellationTokenSource cancel = new();
        Task<bool> wait = inbox.WaitToTakeAsync(cancel.Token).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within());
        Fill(inbox, 1);

        Assert.Equal(1, inbox.Count);
    }

    [Fact]
    public async Task What_is_there_at_completion_can_be_taken_and_nothing_comes_after_it()
    {
        MessageInbox inbox = new(10, 1000);
        Fill(inbox, 1);
        inbox.Complete();

        Assert.False(inbox.IsFinished);
        Assert.True(await inbox.WaitToTakeAsync().Within());
        Assert.True(inbox.TryAdd(Message(2)));
        Assert.Equal([1], TakeAll(inbox));
        Assert.True(inbox.IsFinished);
    }

    [Fact]
    public async Task Every_message_is_handed_out_once_to_many_takers()
    {
        MessageInbox inbox = new(16, 1 << 20);
        ConcurrentBag<long> taken = [];

        Task[] takers = StartTakers(inbox, taken, 8);
        await ProduceAsync(inbox, 5000);
        await Task.WhenAll(takers).Within();

        Assert.Equal(Enumerable.Range(1, 5000).Select(i => (long)i), taken.Order());
    }

    [Fact]
    public async Task One_taker_sees_the_order_of_arrival()
    {
        MessageInbox inbox = new(7, 1 << 20);
        ConcurrentQueue<long> taken = [];

        Task taker = TakeAsync(inbox, m => taken.Enqueue(m.Sequence));
        await ProduceAsync(inbox, 2000);
        await taker.Within();

        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), taken);
    }

    [Fact]
    public async Task Another_lock_while_messages_come_and_go_loses_none_and_doubles_none()
    {
        MessageInbox inbox = new(16, 1 << 20);
        ConcurrentBag<long> taken = [];

        Task[] takers = StartTakers(inbox, taken, 4);
        Task producing = ProduceAsync(inbox, 5000);
        Task relocking = Task.Run(async () =>
        {
            while (!producing.IsCompleted)
            {
                inbox.UseLock(new object());
                await Task.Yield();
            }
        });
        await Task.WhenAll([producing, relocking, .. takers]).Within();

        Assert.Equal(Enumerable.Range(1, 5000).Select(i => (long)i), taken.Order());
    }

    [Fact]
    public async Task Under_a_lock_of_the_callers_nothing_changes_while_it_is_held()
    {
        MessageInbox inbox = new(10, 1000);
        object gate = new();
        inbox.UseLock(gate);
        Task adding;
        lock (gate)
        {
            adding = Task.Run(() => Fill(inbox, 1));
            Assert.Empty(inbox.ToArray());
            Assert.False(adding.IsCompleted);
            Assert.Equal(0, inbox.Count);
        }

        await adding.Within();
        Assert.Equal(1, inbox.Count);
    }

    [Fact]
    public void It_tells_when_it_was_empty_and_is_not_any_more()
    {
        MessageInbox inbox = new(10, 1000);
        int filled = 0;
        int taken = 0;
        inbox.Filled += () => filled++;
        inbox.Taken += () => taken++;

        Fill(inbox, 1, 2);
        TakeAll(inbox);
        Fill(inbox, 3);

        Assert.Equal(2, filled);
        Assert.Equal(2, taken);
    }

    private static Task[] StartTakers(MessageInbox inbox, ConcurrentBag<long> taken, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => TakeAsync(inbox, m => taken.Add(m.Sequence)))];

    private static Task TakeAsync(MessageInbox inbox, Action<ChatMessage> take) => Task.Run(async () =>
    {
        while (await inbox.WaitToTakeAsync())
        {
            if (inbox.TryTake(out ChatMessage? message))
            {
                take(message);
            }
        }
    });

    private static List<long> TakeAll(MessageInbox inbox)
    {
        List<long> all = [];
        while (inbox.TryTake(out ChatMessage? message))
        {
            all.Add(message.Sequence);
        }

        return all;
    }

    private async Task ProduceAsync(MessageInbox inbox, int count)
    {
        for (int i = 1; i <= count; i++)
        {
            ChatMessage message = Message(i);
            while (!inbox.TryAdd(message))
            {
                await inbox.WaitForRoomAsync(CancellationToken.None).Within();
            }
        }

        inbox.Complete();
    }

    private void Fill(MessageInbox inbox, params int[] sequences) =>
        Assert.All(sequences, sequence => Assert.True(inbox.TryAdd(Message(sequence))));

    private ChatMessage Message(int sequence, int size = 1) => new(_session, new byte[size], default, sequence, sequence, DateTime.UnixEpoch);
}
