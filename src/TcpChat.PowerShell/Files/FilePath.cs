using System.Management.Automation;

namespace TcpChat.Files;

/// <summary>Turns a path as PowerShell knows it, drives and providers and all, into one that the system knows.</summary>
internal static class FilePath
{
    private const string FileSystem = "FileSystem";

    /// <summary>The full path. Ends the command where it is none of the file system's.</summary>
    public static string Resolve(PSCmdlet command, string path)
    {
        try
        {
            string resolved = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == FileSystem)
            {
                return Path.GetFullPath(resolved);
            }

            command.ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"'{path}' is no path of the file system, but of the provider {provider.Name}."),
                "PathNotFileSystem",
                ErrorCategory.InvalidArgument,
                path));
        }
        catch (SessionStateException e)
        {
            // No such drive or provider.
            command.ThrowTerminatingError(new ErrorRecord(e, e.ErrorRecord.FullyQualifiedErrorId, e.ErrorRecord.CategoryInfo.Category, path));
        }

        return path;
    }
}
