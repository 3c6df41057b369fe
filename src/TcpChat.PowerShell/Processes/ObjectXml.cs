using System.Management.Automation;
using System.Text;

namespace TcpChat.Processes;

/// <summary>PowerShell's objects on their way to another process, as CLIXML.</summary>
internal static class ObjectXml
{
    /// <summary>How deep what a handler emits is written; below, objects are text.</summary>
    private const int OutputDepth = 2;

    /// <summary>How deep what a handler is given is written.</summary>
    private const int InputDepth = 4;

    /// <summary>The longest CLIXML of one object that a handler emits, in characters; of a longer one only the text comes, and of that the beginning.</summary>
    private const int LongestOutput = 1 << 20;

    /// <summary>What a handler has emitted.</summary>
    public static byte[] WriteOutput(PSObject value)
    {
        string xml = PSSerializer.Serialize(value, OutputDepth);
        if (xml.Length > LongestOutput)
        {
            // Characters that XML has to escape are up to seven times as long.
            string text = value.ToString();
            xml = PSSerializer.Serialize(text.Length > LongestOutput / 8 ? text[..(LongestOutput / 8)] : text);
        }

        return Encoding.UTF8.GetBytes(xml);
    }

    /// <exception cref="InvalidDataException">It is no CLIXML.</exception>
    public static PSObject ReadOutput(byte[] payload)
    {
        try
        {
            return PSObject.AsPSObject(PSSerializer.Deserialize(Encoding.UTF8.GetString(payload)));
        }
        catch (Exception e) when (e is System.Xml.XmlException or PSArgumentException)
        {
            throw new InvalidDataException($"An object from a process of a server's handlers cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What a handler is given.</summary>
    public static string WriteInput(object? value) => PSSerializer.Serialize(value, InputDepth);

    /// <summary>What was given.</summary>
    public static object? ReadInput(string xml) =>
        PSSerializer.Deserialize(xml) is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : null;
}
