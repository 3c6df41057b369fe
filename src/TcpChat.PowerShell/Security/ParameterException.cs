using System.Management.Automation;

namespace TcpChat.Security;

/// <summary>Parameters that make no sense together.</summary>
/// <param name="id">The error's id.</param>
/// <param name="message">What does not fit, and what would.</param>
/// <param name="category">The error's category.</param>
internal sealed class ParameterException(string id, string message, ErrorCategory category = ErrorCategory.InvalidArgument) : ArgumentException(message)
{
    public ErrorCategory Category => category;

    public string Id => id;
}
