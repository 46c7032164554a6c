namespace Weave.Plugin.Model;

internal sealed record EndpointInfoAnswer(string Err, EmptyMessage Value);
