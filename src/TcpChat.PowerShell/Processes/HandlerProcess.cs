using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Processes;

/// <summary>A process that serves one connection of a server in another process, and exits. Started by that server, and by nobody else.</summary>
public static class HandlerProcess
{
    private const int Served = 0;
    private const int NotServed = 1;

    /// <summary>How often the server is told what was sent and received, where it has changed.</summary>
    private static readonly TimeSpan s_countersEvery = TimeSpan.FromSeconds(1);

    /// <summary>Serves one connection, and ends the process.</summary>
    /// <param name="commands">The handle of the pipe by which the server speaks.</param>
    /// <param name="facts">The handle of the pipe by which it is spoken to.</param>
    public static void Run(string commands, string facts)
    {
        ServerPipe server = new(commands, facts);
        ProcessSetup setup = server.Setup.GetAwaiter().GetResult();
        foreach ((string name, string? value) in setup.Environment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Environment.Exit(Serve(server, setup));
    }

    private static int Serve(ServerPipe server, ProcessSetup setup)
    {
        HandlerPool? handlers;
        ServerOptions options;
        try
        {
            handlers = setup.Handler is null ? null : Prepare(setup.Handler, setup.Server, server);
            ConnectScript? onConnect = setup.OnConnect is null ? null : PrepareConnect(setup.OnConnect, setup.Server, server);
            options = setup.Admission.AddTo(new ServerOptions
            {
                Name = setup.Server.Name,
                Model = ServerModel.Process,
                Session = setup.Session.ToOptions(),
                Greeting = setup.Greeting,
                Answer = setup.Answer,
                Handler = handlers is null ? null : handlers.HandleAsync,
                OnConnect = onConnect is null ? null : onConnect.AskAsync,
            });
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            server.Send(FrameKind.SetupFailed, ErrorFacts.Of(e));
            return NotServed;
        }

        if (options.Session.Transcript is { } transcript)
        {
            transcript.Failed += e => FrameStreams.Send(server, TranscriptWarning.Of(transcript, e));
        }

        server.Send(FrameKind.Ready, []);
        TakenConnection connection;
        try
        {
            connection = Take(server, setup, options);
        }
        catch (SocketException e)
        {
            server.Send(
                FrameKind.SetupFailed,
                ErrorFacts.Of(new ChatException(ChatErrorCode.HandlerProcessFailed, $"Accepting a connection failed: {e.Message}", e)));
            return NotServed;
        }
        catch (OperationCanceledException)
        {
            return NotServed;
        }

        Hold(server, connection, handlers);
        return Served;
    }

    /// <summary>Opens the handler's runspace, so that no client waits for it.</summary>
    private static HandlerPool Prepare(HandlerFacts facts, ServerFacts serverFacts, ServerPipe server)
    {
        HandlerPool handlers = new(facts.ToOptions());
        handlers.Attach(serverFacts.ToObject(), _ => record => FrameStreams.Send(server, record));
        handlers.WarmAsync().GetAwaiter().GetResult();
        return handlers;
    }

    /// <summary>The same for the script that is asked about each connection.</summary>
    private static ConnectScript PrepareConnect(HandlerFacts facts, ServerFacts serverFacts, ServerPipe server)
    {
        ConnectScript script = new(facts.ToOptions());
        script.Attach(serverFacts.ToObject(), record => FrameStreams.Send(server, record));
        script.WarmAsync().GetAwaiter().GetResult();
        return script;
    }

    private static TakenConnection Take(ServerPipe server, ProcessSetup setup, ServerOptions options) => TakenConnection.TakeAsync(
        setup.Ticket,
        options,
        begins => server.Send(begins ? FrameKind.Admitting : FrameKind.Ready, []),
        rejection => server.Send(FrameKind.Rejected, new RejectedFacts(rejection)),
        server.Retired).GetAwaiter().GetResult();

    private static void Hold(ServerPipe server, TakenConnection connection, HandlerPool? handlers)
    {
        ChatSession session = connection.Session;
        server.Send(FrameKind.Accepted, new AcceptedFacts($"{session.RemoteEndPoint}", $"{session.LocalEndPoint}", session.Tls));
        connection.Start();
        _ = StopWhenToldAsync(server, connection);
        SessionTotals told = default;
        bool ended;
        do
        {
            ended = connection.Ended.Wait(s_countersEvery);
            SessionTotals totals = SessionTotals.Of(session);
            if (totals != told)
            {
                server.Send(FrameKind.Counters, new CountersFacts(totals));
                told = totals;
            }
        }
        while (!ended);
        server.Send(
            FrameKind.Ended,
            new EndedFacts(
                session.CloseReason ?? CloseReason.LocalClosed,
                session.Error is { } error ? ErrorFacts.Of(error) : null,
                handlers?.Find(session)?.IsFailureRecorded ?? false));
        connection.Released.Wait(session.Options.LingerTimeout + s_countersEvery);
    }

    private static async Task StopWhenToldAsync(ServerPipe server, TakenConnection connection) =>
        await connection.StopAsync(await server.Stop.ConfigureAwait(false)).ConfigureAwait(false);
}
