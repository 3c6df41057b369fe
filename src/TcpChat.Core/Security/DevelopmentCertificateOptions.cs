namespace TcpChat.Security;

/// <summary>How certificates for development are made.</summary>
public sealed record DevelopmentCertificateOptions
{
    /// <summary>How long they are valid unless set, in days.</summary>
    public const int DefaultValidDays = 365;

    /// <summary>The most, in days: some systems refuse a server's certificate that is valid for longer.</summary>
    public const int MaximumValidDays = 825;

    /// <summary>The folder of the files; it is made where it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>How long they are valid, in days, from 1 to <see cref="MaximumValidDays"/>; none outlives its authority.</summary>
    public int ValidDays { get; init; } = DefaultValidDays;

    /// <summary>True: files that are there are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
