using System.Diagnostics;
using System.Threading.Channels;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>A program such as ncat, talked to by its standard streams. A test that needs one that is not installed is skipped.</summary>
internal sealed class ForeignProgram : IDisposable
{
    /// <summary>Longer than several PowerShells take to start on a busy machine; only a hang comes to it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();
    private int _openOutputs = 2;

    private ForeignProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Said(e.Data);
        process.ErrorDataReceived += (_, e) => Said(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>All that it has said was read.</summary>
    public bool HasSaidNothing => _said.Reader.Count == 0;

    public static ForeignProgram Start(string program, params string[] arguments)
    {
        Assert.SkipUnless(IsInstalled(program), $"{program} is not installed.");
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ForeignProgram(Process.Start(start)!);
    }

    /// <summary>Is there such a program, by its name in the PATH or by its own path?</summary>
    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public void Write(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    /// <summary>Ends its input; ncat then tells its peer that it will send no more, and goes on reading.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Its next line, from whichever of its two outputs; throws <see cref="ChannelClosedException"/> where it has ended and said no more.</summary>
    public async Task<string> ReadLineAsync() => await _said.Reader.ReadAsync().AsTask().WaitAsync(s_limit, TestContext.Current.CancellationToken);

    /// <summary>Its next line that has this in it.</summary>
    public async Task<string> ReadLineWithAsync(string part)
    {
        string line;
        do
        {
            line = await ReadLineAsync();
        }
        while (!line.Contains(part, StringComparison.Ordinal));

        return line;
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_limit);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(s_limit);
        }

        _process.Dispose();
    }

    private void Said(string? line)
    {
        if (line is not null)
        {
            _said.Writer.TryWrite(line);
        }
        else if (Interlocked.Decrement(ref _openOutputs) == 0)
        {
            _said.Writer.TryComplete();
        }
    }
}
