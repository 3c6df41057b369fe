using TcpChat.Consoles;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>Input from a file.</summary>
internal sealed class FakeLines(params string[] lines) : ILineSource
{
    private int _next;

    /// <summary>What comes after the last line; by default, the end.</summary>
    public Task<string?> Rest { get; init; } = Task.FromResult<string?>(null);

    public Task<string?> ReadAsync() => _next < lines.Length ? Task.FromResult<string?>(lines[_next]) : Rest;

    public void Advance() => _next++;
}
