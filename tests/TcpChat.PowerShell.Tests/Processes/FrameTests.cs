using System.Text;
using TcpChat.Processes;

namespace TcpChat.PowerShell.Tests.Processes;

/// <summary>What goes through the pipes between a server and its processes.</summary>
public sealed class FrameTests
{
    [Fact]
    public async Task Frames_come_out_as_they_went_in_and_then_comes_the_end()
    {
        byte[] bytes = [.. Frame.ToBytes(FrameKind.Ready, []), .. Frame.ToBytes(FrameKind.Output, "object"u8)];
        using MemoryStream pipe = new(bytes);
        Assert.Equal(FrameKind.Ready, (await Frame.ReadAsync(pipe, TestContext.Current.CancellationToken))!.Value.Kind);
        Frame second = (await Frame.ReadAsync(pipe, TestContext.Current.CancellationToken))!.Value;
        Assert.Equal(FrameKind.Output, second.Kind);
        Assert.Equal("object", Encoding.UTF8.GetString(second.Payload));
        Assert.Null(await Frame.ReadAsync(pipe, TestContext.Current.CancellationToken));

        using MemoryStream again = new(bytes);
        Assert.Empty(Frame.Read(again)!.Value.Payload);
        Assert.Equal(second.Payload, Frame.Read(again)!.Value.Payload);
        Assert.Null(Frame.Read(again));
    }

    [Fact]
    public void An_end_inside_a_frame_is_the_end()
    {
        byte[] frame = Frame.ToBytes(FrameKind.Output, "object"u8);
        for (int length = 0; length < frame.Length; length++)
        {
            using MemoryStream pipe = new(frame, 0, length);
            Assert.Null(Frame.Read(pipe));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Frame.LargestPayload + 1)]
    public void A_length_that_no_frame_has_is_refused(int length)
    {
        byte[] header = [(byte)FrameKind.Output, .. BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(length))];
        using MemoryStream pipe = new(header);
        Assert.Throws<InvalidDataException>(() => Frame.Read(pipe));
    }

    [Fact]
    public async Task Of_what_a_process_writes_the_end_is_kept()
    {
        OutputTail tail = new();
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(static i => $"{i}\n"))));
        await tail.DrainAsync(stream);
        Assert.EndsWith("4998\n4999", tail.Text, StringComparison.Ordinal);
        Assert.InRange(tail.Text.Length, 4000, 4096);
    }
}
