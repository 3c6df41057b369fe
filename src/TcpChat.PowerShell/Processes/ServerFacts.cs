namespace TcpChat.Processes;

/// <summary>What a handler in another process sees of its server, as $Server: what it is, not the job.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Port">The port it listens at.</param>
/// <param name="Model">How it serves.</param>
/// <param name="ProcessId">The process it runs in.</param>
internal sealed record ServerFacts(string Name, int Port, string Model, int ProcessId);
