namespace TcpChat.Core.Tests.Security;

/// <summary>The kinds of keys that certificates of tests have.</summary>
public enum ForgedKey
{
    EcdsaP256,
    EcdsaP192,
    Rsa2048,
    Rsa1024,
    Dsa,
}
