namespace Weave.Plugin.Model;

internal sealed record CreateEndpointAnswer(string Err, EndpointInterface Interface);
