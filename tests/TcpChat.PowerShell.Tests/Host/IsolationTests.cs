namespace TcpChat.PowerShell.Tests.Host;

public sealed class IsolationTests
{
    [Fact]
    public async Task The_module_path_is_the_hosts_own_folder()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", "$env:PSModulePath");
        Assert.Equal([Path.Combine(HostProcess.Folder, "Modules")], outcome.Lines);
    }

    [Fact]
    public async Task Further_runspaces_do_not_bring_the_default_folders_in()
    {
        const string Command = """
            $env:PSModulePath += [IO.Path]::PathSeparator + 'mine'
            1 | ForEach-Object -Parallel { 1 } | Out-Null
            Get-Module -ListAvailable | Out-Null
            $env:PSModulePath
            """;
        HostOutcome outcome = await HostProcess.RunAsync("-c", Command);
        Assert.Equal([Path.Combine(HostProcess.Folder, "Modules") + Path.PathSeparator + "mine"], outcome.Lines);
    }

    [Fact]
    public async Task An_inherited_module_path_is_not_used()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Neighbour/Neighbour.psm1", "function Get-Neighbour { 'found' }");
        var environment = new Dictionary<string, string?> { ["PSModulePath"] = folder.FullName };
        HostOutcome outcome = await HostProcess.RunAsync(
            ["-c", "$env:PSModulePath; (Get-Module -ListAvailable).Name; Get-Neighbour"], "", environment);
        Assert.Equal([Path.Combine(HostProcess.Folder, "Modules"), "TcpChat"], outcome.Lines);
        Assert.Contains("Get-Neighbour", outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task The_settings_of_a_neighbour_are_not_read_but_its_folder_is_passed_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the folder is fixed there");
        using var folder = new TemporaryFolder();
        folder.Write("powershell/powershell.config.json", $$"""{ "PSModulePath": "{{folder.FullName}}", broken """);
        var environment = new Dictionary<string, string?> { ["XDG_CONFIG_HOME"] = folder.FullName };
        HostOutcome outcome = await HostProcess.RunAsync(["-c", "$env:XDG_CONFIG_HOME"], "", environment);
        Assert.Equal([folder.FullName], outcome.Lines);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task The_module_is_there_by_name()
    {
        HostOutcome outcome = await HostProcess.RunAsync("-c", "Import-Module TcpChat; (Get-Module TcpChat).ModuleBase");
        Assert.Equal([Path.Combine(HostProcess.Folder, "Modules", "TcpChat")], outcome.Lines);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task Another_copy_of_the_module_can_be_imported_by_path()
    {
        using var folder = new TemporaryFolder();
        string own = Path.Combine(HostProcess.Folder, "Modules", "TcpChat");
        foreach (string file in Directory.EnumerateFiles(own, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder.FullName, "TcpChat", Path.GetRelativePath(own, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        string manifest = Path.Combine(folder.FullName, "TcpChat", "TcpChat.psd1");
        HostOutcome outcome = await HostProcess.RunAsync("-c", $"Import-Module '{manifest}'; (Get-Module TcpChat).ModuleBase");
        Assert.Equal([Path.GetDirectoryName(manifest)!], outcome.Lines);
        Assert.Empty(outcome.Error);
    }
}
