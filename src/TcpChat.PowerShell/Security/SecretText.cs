using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;

namespace TcpChat.Security;

/// <summary>Lends the text of a SecureString for one call and wipes it afterwards.</summary>
internal static class SecretText
{
    /// <summary>Gives what <paramref name="use"/> makes of the text; of no text where there is no secret.</summary>
    public static T Use<T>(SecureString? secret, Func<ReadOnlySpan<char>, T> use)
    {
        if (secret is null)
        {
            return use([]);
        }

        // Pinned, so that the garbage collector leaves no copy behind.
        char[] text = GC.AllocateArray<char>(secret.Length, pinned: true);
        IntPtr copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(copy, text, 0, text.Length);
            return use(text);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(copy);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }
}
