using System.Reflection;

namespace TcpChat.PowerShell.Tests;

/// <summary>Where the checkout under test lies.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "RepositoryRoot").Value!;

    public static string Manifest => Path.Combine(Root, "TcpChat.psd1");
}
