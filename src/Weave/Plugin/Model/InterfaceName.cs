namespace Weave.Plugin.Model;

/// <param name="SrcName">The link on the host.</param>
/// <param name="DstName">Empty: Docker numbers it.</param>
/// <param name="DstPrefix">Beginning of its name in the container.</param>
internal sealed record InterfaceName(string SrcName, string DstName, string DstPrefix);
