namespace TcpChat.Host;

internal static class Program
{
    private static int Main(string[] args)
    {
        return HostRunner.Run(args);
    }
}
