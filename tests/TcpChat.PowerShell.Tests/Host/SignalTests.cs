using System.Diagnostics;

namespace TcpChat.PowerShell.Tests.Host;

public sealed class SignalTests
{
    private const string RunsForEver = "[Console]::WriteLine('ready'); while ($true) {}";

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_ends_a_command_that_runs_for_ever(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are those of Unix");
        Assert.SkipWhen(IsIgnored(signal), $"SIG{signal} is ignored where the tests were started");
        using var host = HostProcess.Start(["-c", RunsForEver]);
        Assert.Equal("ready", await host.ReadLineAsync());
        await SendAsync(signal, host.Id);
        Assert.Equal(exitCode, (await host.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_request_to_terminate_ends_a_host_that_waits_for_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are those of Unix");
        using var host = HostProcess.Start(["-c", "[Console]::WriteLine('ready'); $Host.UI.ReadLine()"]);
        Assert.Equal("ready", await host.ReadLineAsync());
        await SendAsync("TERM", host.Id);
        Assert.Equal(143, (await host.EndAsync()).ExitCode);
    }

    private static async Task SendAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    // A program started in the background by a shell, or by nohup, inherits that the signal is ignored, and so do its children.
    private static bool IsIgnored(string signal)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        int bit = signal switch { "HUP" => 0, "INT" => 1, _ => 14 };
        string mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        return (Convert.ToUInt64(mask, 16) >> bit & 1) == 1;
    }
}
