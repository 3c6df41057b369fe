using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;

namespace TcpChat.Security;

/// <summary>The characters of a SecureString for as long as they are needed: overwritten when they are let go. Never a string, which nobody can overwrite.</summary>
internal sealed class SecretText : IDisposable
{
    private readonly char[] _characters;

    private SecretText(int length) =>

        // Pinned, so that no copy is left where it was moved from.
        _characters = GC.AllocateUninitializedArray<char>(length, pinned: true);

    /// <summary>The characters.</summary>
    public ReadOnlySpan<char> Characters => _characters;

    /// <summary>The characters of a secret; none where there is no secret.</summary>
    public static SecretText Of(SecureString? secret)
    {
        SecretText text = new(secret?.Length ?? 0);
        if (secret is { Length: > 0 })
        {
            IntPtr copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
            try
            {
                Marshal.Copy(copy, text._characters, 0, text._characters.Length);
            }
            finally
            {
                Marshal.ZeroFreeGlobalAllocUnicode(copy);
            }
        }

        return text;
    }

    /// <summary>Overwrites them.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_characters.AsSpan()));
}
