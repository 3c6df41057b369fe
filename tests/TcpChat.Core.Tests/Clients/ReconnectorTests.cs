using TcpChat.Clients;
using TcpChat.Transport;

namespace TcpChat.Core.Tests.Clients;

public sealed class ReconnectorTests
{
    private static readonly ReconnectPolicy s_policy = new()
    {
        Delay = TimeSpan.FromSeconds(1),
        MaximumDelay = TimeSpan.FromSeconds(10),
        Limit = 6,
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeDialer _dialer = new();
    private readonly List<(int Attempt, double Delay)> _tried = [];
    private readonly List<string> _failures = [];

    [Fact]
    public async Task The_longest_wait_doubles_up_to_its_limit()
    {
        Task<(ITransport? Transport, int Attempts)> connecting = ConnectAsync(_dialer.With(s_policy, _clock));
        foreach (double seconds in (double[])[1, 2, 4, 8, 10, 10])
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Null((await connecting.Within()).Transport);
        Assert.Equal([(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10)], _tried);
        Assert.Equal(["refused 1", "refused 2", "refused 3", "refused 4", "refused 5", "refused 6"], _failures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.999)]
    public async Task The_wait_is_a_random_part_of_the_longest(double random)
    {
        Task<(ITransport? Transport, int Attempts)> connecting = ConnectAsync(_dialer.With(s_policy with { Limit = 2 }, _clock, random));
        if (random > 0)
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(random));
            _clock.Advance(TimeSpan.FromSeconds(random));
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(2 * random));
            _clock.Advance(TimeSpan.FromSeconds(2 * random));
        }

        await connecting.Within();
        Assert.Equal([(1, random), (2, 2 * random)], _tried);
    }

    [Fact]
    public void The_wait_is_never_longer_than_the_longest_however_many_attempts_there_were() =>
        Assert.All([5, 64, 2000, int.MaxValue], attempt => Assert.Equal(TimeSpan.FromSeconds(10), s_policy.LongestDelay(attempt)));

    [Fact]
    public async Task The_system_s_random_numbers_keep_the_wait_between_none_and_the_longest()
    {
        ReconnectPolicy policy = new() { Delay = TimeSpan.FromTicks(1000), MaximumDelay = TimeSpan.FromTicks(1000), Limit = 200 };
        Reconnector reconnector = new(_ => throw new Errors.ChatException(Errors.ChatErrorCode.ConnectFailed, "no"), policy, TimeProvider.System);

        await ConnectAsync(reconnector).Within();

        Assert.Equal(200, _tried.Count);
        Assert.All(_tried, t => Assert.InRange(t.Delay, 0, 0.0001));
        Assert.True(_tried.Select(t => t.Delay).Distinct().Count() > 20, "Not random.");
    }

    [Fact]
    public async Task It_ends_with_the_first_connection()
    {
        FakeTransport ready = _dialer.Ready();

        (ITransport? transport, int attempts) = await ConnectAsync(_dialer.With(s_policy, _clock, random: 0)).Within();

        Assert.Same(ready, transport);
        Assert.Equal(1, attempts);
        Assert.Equal(1, _dialer.Calls);
    }

    [Fact]
    public async Task A_connection_that_was_lost_at_once_counts_as_an_attempt_in_vain()
    {
        Reconnector reconnector = _dialer.With(s_policy with { Limit = 2 }, _clock, random: 0);
        for (int i = 0; i < 2; i++)
        {
            _dialer.Ready();
            Assert.NotNull((await ConnectAsync(reconnector, lasted: TimeSpan.Zero).Within()).Transport);
        }

        _dialer.Ready();
        Assert.Null((await ConnectAsync(reconnector, lasted: TimeSpan.Zero).Within()).Transport);
        Assert.Equal([1, 2], _tried.Select(t => t.Attempt));
    }

    [Fact]
    public async Task After_a_connection_that_lasted_the_attempts_begin_anew()
    {
        Reconnector reconnector = _dialer.With(s_policy with { Limit = 2 }, _clock, random: 0);
        for (int i = 0; i < 5; i++)
        {
            _dialer.Ready();
            Assert.NotNull((await ConnectAsync(reconnector, lasted: TimeSpan.FromSeconds(1)).Within()).Transport);
        }

        Assert.Equal([1, 1, 1, 1, 1], _tried.Select(t => t.Attempt));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using CancellationTokenSource stop = new();
        Task connecting = ConnectAsync(_dialer.With(s_policy, _clock), stop: stop.Token);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
        Assert.Equal(0, _dialer.Calls);
        Assert.Empty(_clock.Due);
    }

    [Fact]
    public async Task Cancelling_ends_an_attempt()
    {
        using CancellationTokenSource stop = new();
        _dialer.Hold();
        Task connecting = ConnectAsync(_dialer.With(s_policy, _clock, random: 0), stop: stop.Token);
        await _dialer.WaitForCallsAsync(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0.5, 1)]
    [InlineData(1, 1, 0)]
    public void A_policy_without_waits_or_attempts_is_refused(double delay, double maximum, int limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReconnectPolicy
        {
            Delay = TimeSpan.FromSeconds(delay),
            MaximumDelay = TimeSpan.FromSeconds(maximum),
            Limit = limit,
        }.ThrowIfInvalid());

    private Task<(ITransport? Transport, int Attempts)> ConnectAsync(Reconnector reconnector, TimeSpan lasted = default, CancellationToken stop = default) =>
        reconnector.ConnectAsync(lasted, (attempt, delay) => _tried.Add((attempt, delay.TotalSeconds)), e => _failures.Add(e.Message), stop);
}
