namespace Weave.Docker.Model;

/// <summary>A device file of the host for a container; permissions are of <c>rwm</c>.</summary>
public sealed record DeviceSpec(string PathOnHost, string PathInContainer, string CgroupPermissions);
