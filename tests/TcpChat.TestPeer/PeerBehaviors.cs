using TcpChat.TestPeer.Behaviors;

namespace TcpChat.TestPeer;

/// <summary>The behaviours by name.</summary>
public static class PeerBehaviors
{
    private const string Text = "text=…|hex=…|base64=…&end=lf|crlf|none";
    private const string Then = "&then=read|half-close|close|reset|hold";

    private static readonly Entry[] s_all =
    [
        new("answer-after-eof", Text, "reads to the end of the stream, and only then sends and closes",
            query => new AnswerAfterEofBehavior(query.Payload())),
        new("bad-utf8", Then[1..], "sends lines that are not UTF-8, then the line 'ok'",
            query => new BadUtf8Behavior(query.Then())),
        new("close-on-accept", "gate=false", "closes at once; with gate=true, when a step is released",
            query => new EndBehavior(Ending.Close, query.Flag("gate"))),
        new("echo", "", "sends back what it reads; closes after the end of the stream",
            _ => new EchoBehavior()),
        new("flood", "lines=100000&size=16" + Then, "sends numbered lines as fast as it can; size is a line's length with its end",
            query => new FloodBehavior(query.Number("lines", 100_000), query.Number("size", 16, FloodBehavior.MinimumSize), query.Then())),
        new("garbage", "seed=7&bytes=65536" + Then, "sends random bytes, the same for the same seed",
            query => new GarbageBehavior(query.Number("seed", 7), query.Number("bytes", 65_536), query.Then())),
        new("glued", "text=a,b,c&end=lf|crlf|none" + Then, "sends several messages in one write",
            query => new SendBehavior(query.Payloads().SelectMany(part => part).ToArray(), query.Then())),
        new("half-close", "send=…&end=lf|crlf|none", "sends, shuts down its sending side, reads and records on",
            query => new SendBehavior(query.Payload("send"), Ending.HalfClose)),
        new("half-open", "after=0", "reads so many bytes, then vanishes: on Linux nothing is acknowledged any more",
            query => new HalfOpenBehavior(query.Number("after", 0))),
        new("length-prefixed", "text=a,b,c" + Then, "sends each message after its length in 4 bytes, big-endian",
            query => new LengthPrefixedBehavior(query.Payloads(lineEnds: false), query.Then())),
        new("never-accepts", "", "listens with a full accept queue: connecting neither succeeds nor fails (Linux)",
            _ => new NeverAcceptsBehavior()),
        new("never-reads", "", "never reads, with a small receive buffer",
            _ => new NeverReadsBehavior()),
        new("oversize", "bytes=2097152" + Then, "sends so many bytes with no line end",
            query => new OversizeBehavior(query.Number("bytes", 2_097_152), query.Then())),
        new("record", "", "reads and records until the end of the stream",
            _ => new EndBehavior(Ending.Read)),
        new("reset-after", "bytes=1", "reads so many bytes, then resets",
            query => new ResetAfterBehavior(query.Number("bytes", 1))),
        new("reset-on-accept", "gate=false", "resets at once, which may fail the connect; with gate=true, when a step is released",
            query => new EndBehavior(Ending.Reset, query.Flag("gate"))),
        new("send", Text + Then, "sends in one write",
            query => new SendBehavior(query.Payload(), query.Then())),
        new("send-on-step", "text=a,b,c&end=lf|crlf|none" + Then, "sends one message for each step released",
            query => new PiecesBehavior(query.Payloads(), gated: true, query.Then())),
        new("silent", "", "neither reads nor writes, and does not close",
            _ => new EndBehavior(Ending.Hold)),
        new("slow-reader", "bytes=1024&reads=0&then=hold", "reads at most so many bytes a step; after so many reads, if not 0, then",
            query => new SlowReaderBehavior(query.Number("bytes", 1024, 1), query.Number("reads", 0), query.Then(Ending.Hold))),
        new("split", Text + "&gate=false" + Then, "sends one byte per write; with gate=true, one for each step released",
            query => PiecesBehavior.EachByte(query.Payload(), query.Flag("gate"), query.Then())),
        new("split-at", Text + "&at=3,7&gate=false" + Then, "splits at these offsets; with gate=true, a piece for each step released",
            query => PiecesBehavior.At(query.Payload(), query.Numbers("at"), query.Flag("gate"), query.Then())),
        new("truncate-length", "announce=100&bytes=10&then=close", "announces a length in 4 bytes, big-endian, and sends fewer bytes",
            query => new TruncateLengthBehavior(
                query.UnsignedNumber("announce", 100), query.Number("bytes", 10), query.Then(Ending.Close))),
    ];

    /// <summary>All behaviours, by name.</summary>
    public static IReadOnlyList<BehaviorDescription> All { get; } = [.. s_all.Select(entry => entry.Description)];

    /// <summary>The behaviour written as <c>name?key=value&amp;key=value</c>.</summary>
    /// <exception cref="FormatException">There is no such behaviour or option, or a value is wrong.</exception>
    public static PeerBehavior Get(string specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        var query = BehaviorQuery.Parse(specification);
        var entry = s_all.FirstOrDefault(entry => entry.Description.Name == query.Name)
            ?? throw new FormatException(
                $"There is no behaviour '{query.Name}'. There are {string.Join(", ", All.Select(each => each.Name))}.");
        var behavior = entry.Create(query);
        query.RefuseUnknown();
        return behavior;
    }

    private sealed record Entry(BehaviorDescription Description, Func<BehaviorQuery, PeerBehavior> Create)
    {
        public Entry(string name, string options, string description, Func<BehaviorQuery, PeerBehavior> create)
            : this(new BehaviorDescription(name, options, description), create)
        {
        }
    }
}
