using System.Text;
using TcpChat.Framing;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Processes;

/// <summary>A session's options on their way to another process.</summary>
internal sealed record SessionFacts : IFacts<SessionFacts>
{
    public FramingKind Framing { get; init; }

    public byte[] Delimiter { get; init; } = [];

    public LineEnding LineEnding { get; init; }

    public int CodePage { get; init; }

    public int MaximumMessageSize { get; init; }

    public int InboxLimit { get; init; }

    public long InboxByteLimit { get; init; }

    public long OutboxByteLimit { get; init; }

    public OutboxPolicy OutboxPolicy { get; init; }

    public TimeSpan HalfCloseTimeout { get; init; }

    public TimeSpan LingerTimeout { get; init; }

    public TimeSpan DrainTimeout { get; init; }

    public string? TranscriptPath { get; init; }

    /// <exception cref="ArgumentException">The encoding is one that only this process has.</exception>
    public static SessionFacts Of(SessionOptions options)
    {
        ThrowIfNotKnown(options.Encoding);
        return new SessionFacts
        {
            Framing = options.Framing.Kind,
            Delimiter = options.Framing is DelimiterFraming framing ? framing.Delimiter.ToArray() : [],
            LineEnding = options.Framing is LineFraming lines ? lines.Ending : default,
            CodePage = options.Encoding.CodePage,
            MaximumMessageSize = options.MaximumMessageSize,
            InboxLimit = options.InboxLimit,
            InboxByteLimit = options.InboxByteLimit,
            OutboxByteLimit = options.OutboxByteLimit,
            OutboxPolicy = options.OutboxPolicy,
            HalfCloseTimeout = options.HalfCloseTimeout,
            LingerTimeout = options.LingerTimeout,
            DrainTimeout = options.DrainTimeout,
            TranscriptPath = options.Transcript?.Path,
        };
    }

    public static SessionFacts Read(BinaryReader reader) => new()
    {
        Framing = (FramingKind)reader.ReadInt32(),
        Delimiter = reader.ReadBytes(),
        LineEnding = (LineEnding)reader.ReadInt32(),
        CodePage = reader.ReadInt32(),
        MaximumMessageSize = reader.ReadInt32(),
        InboxLimit = reader.ReadInt32(),
        InboxByteLimit = reader.ReadInt64(),
        OutboxByteLimit = reader.ReadInt64(),
        OutboxPolicy = (OutboxPolicy)reader.ReadInt32(),
        HalfCloseTimeout = reader.ReadTime(),
        LingerTimeout = reader.ReadTime(),
        DrainTimeout = reader.ReadTime(),
        TranscriptPath = reader.ReadOptional(),
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write((int)Framing);
        writer.WriteBytes(Delimiter);
        writer.Write((int)LineEnding);
        writer.Write(CodePage);
        writer.Write(MaximumMessageSize);
        writer.Write(InboxLimit);
        writer.Write(InboxByteLimit);
        writer.Write(OutboxByteLimit);
        writer.Write((int)OutboxPolicy);
        writer.WriteTime(HalfCloseTimeout);
        writer.WriteTime(LingerTimeout);
        writer.WriteTime(DrainTimeout);
        writer.WriteOptional(TranscriptPath);
    }

    public SessionOptions ToOptions()
    {
        // The default encoding writes no byte order mark, and the one that the code page stands for would.
        Encoding encoding = CodePage == SessionOptions.DefaultEncoding.CodePage ? SessionOptions.DefaultEncoding : Encoding.GetEncoding(CodePage);
        return new SessionOptions
        {
            Framing = Framing switch
            {
                FramingKind.Raw => new RawFraming(),
                FramingKind.LengthPrefixed => new LengthPrefixedFraming(),
                FramingKind.Delimiter => new DelimiterFraming(Delimiter),
                _ => new LineFraming(encoding, LineEnding),
            },
            Encoding = encoding,
            MaximumMessageSize = MaximumMessageSize,
            InboxLimit = InboxLimit,
            InboxByteLimit = InboxByteLimit,
            OutboxByteLimit = OutboxByteLimit,
            OutboxPolicy = OutboxPolicy,
            HalfCloseTimeout = HalfCloseTimeout,
            LingerTimeout = LingerTimeout,
            DrainTimeout = DrainTimeout,
            Transcript = TranscriptPath is null ? null : new Transcript(TranscriptPath),
        };
    }

    private static void ThrowIfNotKnown(Encoding encoding)
    {
        try
        {
            if (Encoding.GetEncoding(encoding.CodePage).WebName == encoding.WebName)
            {
                return;
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Has no code page that another process would know it by.
        }

        throw new ArgumentException($"The encoding {encoding.WebName} cannot be used by handlers in other processes: it has no code page of the system's.");
    }
}
