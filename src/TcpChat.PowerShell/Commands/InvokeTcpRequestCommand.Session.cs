using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Requests;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <content>Requests on sessions that are there.</content>
public sealed partial class InvokeTcpRequestCommand
{
    private void AskSessions(object item)
    {
        using Deadline deadline = StartDeadline(TimeoutSec);
        FrameCache frames = new(item);
        List<(ChatSession Session, Task Sending)> asked = [];
        foreach (ChatSession session in Session.Distinct())
        {
            try
            {
                PrepareInbox(session);

                // To all before the first answer is waited for: a slow session does not hold up the others.
                asked.Add((session, session.SendFramesAsync(frames.For(session), 1, deadline.Token).AsTask()));
            }
            catch (ChatException e)
            {
                WriteError(e, session);
            }
        }

        foreach ((ChatSession session, Task sending) in asked)
        {
            try
            {
                WaitUntilSent(session, sending, deadline);
                if (Patterns is null)
                {
                    Receive(session, deadline);
                }
                else
                {
                    WriteObject(Find(session, Patterns, deadline));
                }
            }
            catch (ChatException e)
            {
                WriteError(e, session);
            }
        }
    }

    /// <summary>What waits already is the answer to nothing that is asked now, so it must not be taken for one.</summary>
    private void PrepareInbox(ChatSession session)
    {
        session.ThrowIfElsewhere();
        if (ClearInbox)
        {
            session.Clear();
        }

        // The beginning of a message belongs to what comes next, unless a pattern would find it.
        string waiting = session.PeekText();
        if (session.InboxLength > 0 || (Patterns is not null && waiting.Length > 0))
        {
            throw new ChatException(
                ChatErrorCode.MessagesWaiting,
                $"Nothing was sent, because what waits in the session {session.Id} ({session.Name}) would be taken for the answer. "
                + "Take it with Receive-TcpMessage or Wait-TcpMessage, or use -ClearInbox.")
            {
                Received = waiting,
            };
        }
    }

    private void WaitUntilSent(ChatSession session, Task sending, Deadline deadline)
    {
        try
        {
            Await(sending);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw new ChatException(
                ChatErrorCode.SendTimeout,
                $"The session {session.Id} ({session.Name}) had no room for the request within {TimeoutSec:0.###} s.");
        }
    }

    private void Receive(ChatSession session, Deadline deadline)
    {
        AnswerReader reader = new(session, AnswerEnd);
        ChatException? error = null;
        try
        {
            if (AsByteStream)
            {
                // Nothing is taken before the end, so that Ctrl+C leaves all of it where it is.
                Await(reader.WaitForAllAsync(deadline.Token));
            }

            while (!AsByteStream && Await(reader.NextAsync(deadline.Token)) is { } message)
            {
                WriteObject(message);
            }
        }
        catch (ChatException e)
        {
            error = e;
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            error = reader.TimedOut(TimeSpan.FromSeconds(TimeoutSec));
        }

        if (AsByteStream)
        {
            WriteAnswer(Take(session, reader.Count));
        }

        if (error is not null)
        {
            WriteError(error, session);
        }
    }

    private PatternMatch Find(ChatSession session, PatternSet patterns, Deadline deadline)
    {
        MatchReader reader = new(session, patterns);
        try
        {
            return Await(reader.TakeAsync(deadline.Token));
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            // It may have come while another session was waited for.
            return Await(reader.TryTakeAsync(StopToken)) ?? throw reader.TimedOut(TimeSpan.FromSeconds(TimeoutSec));
        }
    }

    private static List<ChatMessage> Take(ChatSession session, int count)
    {
        List<ChatMessage> taken = [];
        while (taken.Count < count && session.Inbox.TryTake(out ChatMessage? message))
        {
            taken.Add(message);
        }

        return taken;
    }
}
