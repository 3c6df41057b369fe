using System.Management.Automation;
using System.Runtime.Serialization;

namespace TcpChat.Jobs;

/// <summary>A job's stream over a list of our own, which decides what is kept. Nothing else of the collection changes.</summary>
internal class ListStream<T> : PSDataCollection<T>
{
#pragma warning disable SYSLIB0050 // The one public way to give the collection a list; nothing is ever serialized.
    public ListStream(IList<T> list)
        : base(StateWith(list), new StreamingContext(StreamingContextStates.All))
    {
    }

    private static SerializationInfo StateWith(IList<T> list)
    {
        SerializationInfo state = new(typeof(ListStream<T>), new FormatterConverter());
        state.AddValue("Data", list, typeof(IList<T>));
        state.AddValue("BlockingEnumerator", false);
        state.AddValue("DataAddedCount", 1);
        state.AddValue("EnumeratorNeverBlocks", true);
        state.AddValue("IsOpen", true);
        return state;
    }
#pragma warning restore SYSLIB0050
}
