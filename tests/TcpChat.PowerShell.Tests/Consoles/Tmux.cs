using System.Diagnostics;
using System.Text;
using TcpChat.PowerShell.Tests.ForeignPeers;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>Real terminals: windows of a tmux server of one's own, typed into and read. A test is skipped where there is no tmux.</summary>
internal sealed class Tmux : IDisposable
{
    /// <summary>Longer than several PowerShells take to start on a busy machine; only a hang comes to it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder;

    public Tmux()
    {
        Assert.SkipUnless(ForeignProgram.IsInstalled("tmux"), "tmux is not installed.");
        _folder = new TemporaryFolder();
    }

    /// <summary>Opens a window with a program in it.</summary>
    public void Open(string window, params string[] command) =>
        Run(["new-session", "-d", "-s", window, "-x", "100", "-y", "30", .. command]);

    /// <summary>Types text, character by character.</summary>
    public void Type(string window, string text) => Run("send-keys", "-t", window, "-l", "--", text);

    /// <summary>Presses keys by their names in tmux.</summary>
    public void Press(string window, params string[] keys) => Run(["send-keys", "-t", window, .. keys]);

    public void Enter(string window, string text)
    {
        Type(window, text);
        Press(window, "Enter");
    }

    public void Paste(string window, string file)
    {
        Run("load-buffer", file);
        Run("paste-buffer", "-t", window);
    }

    public void Resize(string window, int columns) => Run("resize-window", "-t", window, "-x", $"{columns}");

    /// <summary>What is in the window and has been, row by row, without the times at which lines came.</summary>
    public string[] Rows(string window) =>
        [.. Run("capture-pane", "-p", "-S", "-", "-t", window).TrimEnd().Split('\n').Select(static row => WithoutTime(row.TrimEnd()))];

    /// <summary>The rows from that one on.</summary>
    public string[] RowsFrom(string window, string first) =>
        [.. Rows(window).SkipWhile(row => !row.StartsWith(first, StringComparison.Ordinal))];

    /// <summary>Waits until a row has this in it; gives the row.</summary>
    public async Task<string> WaitForAsync(string window, string text)
    {
        // There is no event to wait for: a terminal is looked at.
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] rows = Rows(window);
            if (Array.Find(rows, row => row.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            Assert.True(
                Stopwatch.GetElapsedTime(begin) < s_limit,
                $"The window {window} does not show '{text}', but:\n{string.Join('\n', rows)}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ends all windows; there may be none.</summary>
    public void Dispose()
    {
        Start("kill-server");
        _folder.Dispose();
    }

    private static string WithoutTime(string row) =>
        row.Length > 9 && row[2] == ':' && row[5] == ':' && row[8] == ' ' ? "hh:mm:ss" + row[8..] : row;

    private string Run(params string[] arguments)
    {
        (int exitCode, string output, string error) = Start(arguments);
        Assert.True(exitCode == 0, $"tmux {arguments[0]}: {error}");
        return output;
    }

    private (int ExitCode, string Output, string Error) Start(params string[] arguments)
    {
        ProcessStartInfo start = new("tmux", ["-u", "-S", Path.Combine(_folder.FullName, "socket"), "-f", "/dev/null", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["LC_ALL"] = "C.UTF-8", ["TERM"] = "xterm-256color" },
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(s_limit), $"tmux {arguments[0]} does not end.");
        return (process.ExitCode, output.Result, error.Result);
    }
}
