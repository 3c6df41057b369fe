using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net;
using System.Net.NetworkInformation;

namespace TcpChat.Completion;

/// <summary>Completes the addresses that a server can listen at.</summary>
public sealed class AddressCompleter : IArgumentCompleter
{
    private static readonly (string, string)[] s_always =
    [
        ("127.0.0.1", "This machine only, IPv4"),
        ("::1", "This machine only, IPv6"),
        ("0.0.0.0", "Every IPv4 address: reachable from the network"),
        ("::", "Every address, IPv6 and IPv4: reachable from the network"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Matching(wordToComplete, s_always.Concat(OwnAddresses()));

    private static IEnumerable<(string, string)> OwnAddresses()
    {
        try
        {
            return
            [
                .. from card in NetworkInterface.GetAllNetworkInterfaces()
                   from address in card.GetIPProperties().UnicastAddresses
                   where !IPAddress.IsLoopback(address.Address)
                   select (address.Address.ToString(), card.Name),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
