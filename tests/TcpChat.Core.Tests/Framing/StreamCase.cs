using System.Text;
using TcpChat.Framing;

namespace TcpChat.Core.Tests.Framing;

/// <summary>A stream of bytes, and the messages it is made of.</summary>
public sealed record StreamCase(MessageFraming Framing, byte[] Bytes, byte[][] Messages)
{
    private static readonly UnicodeEncoding s_utf16BigEndian = new(bigEndian: true, byteOrderMark: false);
    private static readonly UTF32Encoding s_utf32 = new(bigEndian: false, byteOrderMark: false);
    private static readonly UTF32Encoding s_utf32BigEndian = new(bigEndian: true, byteOrderMark: false);

    // Written one after the other, these hold the bytes of a line feed across two code units, in either byte order.
    private const string Tricky = "\u0100\u0A00\u0100|\u0D0A\u0A0D|\u0A0A";

    private static readonly Dictionary<string, StreamCase> s_all = new()
    {
        ["lines, LF and CRLF mixed"] = Lines(
            Encoding.UTF8, "one\r\n\n\r\ntwo\nthr\rree\r\r\n\u4F60\u597D\n", "one", "", "", "two", "thr\rree\r", "\u4F60\u597D"),
        ["lines, the last without its end"] = Lines(Encoding.UTF8, "a\n\nlast", "a", "", "last"),
        ["lines, the last with half of its end"] = Lines(Encoding.UTF8, "a\r\nlast\r", "a", "last\r"),
        ["lines in UTF-16"] = Lines(Encoding.Unicode, $"{Tricky}\r\n\n\u010A\n\u000A{Tricky}", Tricky, "", "\u010A", "", Tricky),
        ["lines in UTF-16, big-endian"] =
            Lines(s_utf16BigEndian, $"{Tricky}\r\n\n\u010A\n\u000A{Tricky}", Tricky, "", "\u010A", "", Tricky),
        ["lines in UTF-32"] = Lines(s_utf32, "\u0A00\u0100\n\r\n\U00010A00x\r\n\u0A0A", "\u0A00\u0100", "", "\U00010A00x", "\u0A0A"),
        ["lines in UTF-32, big-endian"] =
            Lines(s_utf32BigEndian, "\u0A00\u0100\n\r\n\U00010A00x\r\n\u0A0A", "\u0A00\u0100", "", "\U00010A00x", "\u0A0A"),
        ["a delimiter of one byte"] = Delimited("\0", "a\0\0bc\0", "a", "", "bc"),
        ["a delimiter that begins like itself"] = Delimited("aab", "aaabaabxaaabaaaabaa", "a", "", "xa", "aa", "aa"),
        ["a delimiter of the same byte twice"] = Delimited("--", "a---b----c-", "a", "-b", "", "c-"),
        ["a delimiter with a beginning within"] = Delimited("abac", "ababacxabaabacabac", "ab", "xaba", ""),
        ["length-prefixed"] = new(
            new LengthPrefixedFraming(),
            [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9],
            [[1, 2, 3], [], [0], [], [0, 0, 0, 9]]),
    };

    /// <summary>By name, so that a failing test tells which one it was.</summary>
    public static TheoryData<string> Names { get; } = new(s_all.Keys);

    public static StreamCase Get(string name) => s_all[name];

    private static StreamCase Lines(Encoding encoding, string text, params string[] lines) =>
        new(new LineFraming(encoding), encoding.GetBytes(text), [.. lines.Select(encoding.GetBytes)]);

    private static StreamCase Delimited(string delimiter, string text, params string[] messages) => new(
        new DelimiterFraming(Encoding.UTF8.GetBytes(delimiter)),
        Encoding.UTF8.GetBytes(text),
        [.. messages.Select(Encoding.UTF8.GetBytes)]);
}
