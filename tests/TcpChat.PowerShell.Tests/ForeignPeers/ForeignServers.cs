namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>The real servers that our clients talk to.</summary>
internal static class ForeignServers
{
    /// <summary>redis-server, which keeps nothing on disk.</summary>
    public static Task<ForeignServer> StartRedisAsync() => ForeignServer.StartAsync(
        "redis-server",
        static (port, folder) => ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder.FullName],
        "Ready to accept connections");

    /// <summary>ngircd, an IRC server; it lets in who has answered its PING.</summary>
    public static Task<ForeignServer> StartIrcAsync() => ForeignServer.StartAsync(
        File.Exists("/usr/sbin/ngircd") ? "/usr/sbin/ngircd" : "ngircd",
        static (port, folder) => ["-n", "-f", folder.Write("ngircd.conf", IrcConfiguration(port))],
        " ready.");

    /// <summary>aiosmtpd, an SMTP server; what is delivered lies in the folder <c>mail/new</c>.</summary>
    public static Task<ForeignServer> StartSmtpAsync() => ForeignServer.StartAsync(
        "aiosmtpd",
        static (port, folder) =>
            ["-n", "-d", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", Path.Combine(folder.FullName, "mail")],
        "Server is listening on");

    /// <summary>The same, which takes mail only after STARTTLS.</summary>
    public static Task<ForeignServer> StartSmtpAsync(string certificatePath, string keyPath) => ForeignServer.StartAsync(
        "aiosmtpd",
        (port, folder) =>
        [
            "-n", "-d", "-l", $"127.0.0.1:{port}", "--tlscert", certificatePath, "--tlskey", keyPath,
            "-c", "aiosmtpd.handlers.Mailbox", Path.Combine(folder.FullName, "mail"),
        ],
        "Server is listening on");

    // Without penalties, because it would answer a client that says much only after seconds.
    private static string IrcConfiguration(int port) =>
        $"""
        [Global]
        Name = irc.example.test
        Info = A server for a test
        AdminEMail = nobody@example.test
        MotdPhrase = Welcome
        Listen = 127.0.0.1
        Ports = {port}
        [Options]
        DNS = no
        Ident = no
        PAM = no
        RequireAuthPing = yes
        [Limits]
        MaxConnectionsIP = 0
        MaxPenaltyTime = 0
        """;
}
