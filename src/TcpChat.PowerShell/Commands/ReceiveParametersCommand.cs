using System.Management.Automation;
using TcpChat.Files;
using TcpChat.Framing;

namespace TcpChat.Commands;

/// <summary>What Receive-TcpMessage is told: where to take messages from, how many, and whether they are a file.</summary>
public abstract class ReceiveParametersCommand : SessionOrServerCommand
{
    // No parameter set of its own for a file, or no server could be piped: see SessionOrServerCommand.
    /// <summary>The file to write to, as it is: no wildcards.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>With the framing Raw, how many bytes the file has. Default: all until the peer has ended its sending.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateRange(0, long.MaxValue)]
    public long Length { get; set; }

    /// <summary>Writes over a file that is there.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>How many messages to take from each session or server. Default: 1; with -TimeoutSec 0, all there are; with -LiteralPath, all until the peer has ended its sending.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How long to wait for all of them, in seconds; 0: only what is there. Default: 30; with -Follow or -LiteralPath, no limit.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <summary>How long nothing of the file may come, in seconds.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateRange(0, LongestTimeoutSec)]
    public double StallTimeoutSec { get; set; } = 30;

    /// <summary>Gives messages as they come, until the session or server ends, the time is up, or the pipeline is stopped.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Follow { get; set; }

    /// <summary>True where the parameter was given.</summary>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Ends the command where parameters are given that mean something only with a file, or nothing with one.</summary>
    private protected void CheckFileParameters()
    {
        string? fileOnly = Array.Find([nameof(Length), nameof(Force), nameof(StallTimeoutSec)], IsGiven);
        if (LiteralPath is null && fileOnly is not null)
        {
            ThrowInvalidArgument("LiteralPathMissing", $"-{fileOnly} has a meaning with -LiteralPath only.", fileOnly);
        }

        if (LiteralPath is not null && Follow)
        {
            ThrowInvalidArgument("FollowNotUsed", "-Follow has no meaning with -LiteralPath.", LiteralPath);
        }
    }

    /// <summary>What belongs to the file, as the parameters say. Ends the command where they mean nothing with that framing.</summary>
    private protected ReceiveFileOptions GetFileOptions(FramingKind framing)
    {
        if (IsGiven(nameof(Length)) && framing != FramingKind.Raw)
        {
            ThrowInvalidArgument("LengthNotUsed", $"-Length has no meaning with the framing {framing}.", Length);
        }

        if (IsGiven(nameof(Count)) && framing is (FramingKind.Raw or FramingKind.LengthPrefixed))
        {
            ThrowInvalidArgument("CountNotUsed", $"With -LiteralPath, -Count has no meaning with the framing {framing}.", Count);
        }

        return new ReceiveFileOptions
        {
            Length = IsGiven(nameof(Length)) ? Length : null,
            Count = IsGiven(nameof(Count)) ? Count : null,
            Overwrite = Force,
        };
    }

    /// <summary>How long the file may take, as the parameters say.</summary>
    private protected FileTransferLimits GetFileLimits() => new()
    {
        Time = IsGiven(nameof(TimeoutSec)) ? TimeSpan.FromSeconds(TimeoutSec) : Timeout.InfiniteTimeSpan,
        Stall = TimeSpan.FromSeconds(StallTimeoutSec),
    };
}
