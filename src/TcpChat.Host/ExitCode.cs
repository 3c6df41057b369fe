namespace TcpChat.Host;

/// <summary>The exit codes of the program that no script chose, as pwsh and the shells of Unix have them.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadCommandLine = 64;
    public const int CannotStart = 70;
    public const int Interrupted = 128 + 2;
}
