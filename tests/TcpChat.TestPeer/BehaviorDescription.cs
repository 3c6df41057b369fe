namespace TcpChat.TestPeer;

/// <summary>A behaviour as the registry lists it.</summary>
/// <param name="Name">The name that chooses it.</param>
/// <param name="Options">Its options and their defaults, as a query.</param>
/// <param name="Description">What it does, in one line.</param>
public sealed record BehaviorDescription(string Name, string Options, string Description);
