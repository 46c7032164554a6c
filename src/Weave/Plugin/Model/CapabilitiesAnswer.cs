namespace Weave.Plugin.Model;

/// <param name="Err">Empty.</param>
/// <param name="Scope"><c>local</c> or <c>global</c>.</param>
/// <param name="ConnectivityScope">Empty: as <paramref name="Scope"/>.</param>
internal sealed record CapabilitiesAnswer(string Err, string Scope, string ConnectivityScope);
