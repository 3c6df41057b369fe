namespace TcpChat.PowerShell.Tests.Host;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcpchat-test-");

    public string FullName => _folder.FullName;

    public string Write(string path, string content)
    {
        string full = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
    }
}
