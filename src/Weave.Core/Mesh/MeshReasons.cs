namespace Weave.Core.Mesh;

/// <summary>Why a session fails, in texts that users of the original know, in their spelling.</summary>
internal static class MeshReasons
{
    internal const string ExpectedEncryption = "password specified, but peer requested an unencrypted connection";
    internal const string ExpectedNoEncryption = "no password specificed, but peer requested an encrypted connection";
    internal const string CannotDecrypt = "Unable to decrypt TCP msg";
    internal const string BadPublicKey = "peer sent an unusable public key";
}
