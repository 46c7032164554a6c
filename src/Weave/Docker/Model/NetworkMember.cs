namespace Weave.Docker.Model;

/// <summary>A container as a network lists it.</summary>
public sealed record NetworkMember(string? Name, string? EndpointID, string? MacAddress, string? IPv4Address);
