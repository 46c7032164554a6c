namespace Weave.Plugin.Model;

internal sealed record IpamCapabilitiesAnswer(bool RequiresMACAddress, bool RequiresRequestReplay);
