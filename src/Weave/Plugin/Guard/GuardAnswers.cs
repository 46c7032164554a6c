namespace Weave.Plugin.Guard;

/// <summary>
/// What Docker is told while there is no router. What tears down succeeds: containers end and go, and the router puts
/// its books in order when it is back. What builds up needs the router.
/// </summary>
internal static class GuardAnswers
{
    private const string Nothing = "{}";

    internal const string Refusal = "Weave Net does not run on this host: start it with 'weave launch', or remove what is left of it with 'weave reset'";

    internal const string SilentRefusal =
        "Weave Net runs on this host and does not answer: if it is paused, 'docker unpause weave'; else 'weave stop', then 'weave launch'";

    /// <param name="driver">Name of the driver that is called.</param>
    /// <param name="call">Such as <c>/NetworkDriver.Leave</c>.</param>
    /// <returns>JSON; null for a call that only the router can answer.</returns>
    internal static string? For(string driver, string call) => call switch
    {
        "/Plugin.Activate" when driver == IpamDriver.Name => """{"Implements":["NetworkDriver","IpamDriver"]}""",
        "/Plugin.Activate" => """{"Implements":["NetworkDriver"]}""",
        "/NetworkDriver.GetCapabilities" => $$"""{"Err":"","Scope":"{{ScopeOf(driver)}}","ConnectivityScope":""}""",
        "/IpamDriver.GetCapabilities" => """{"RequiresMACAddress":false,"RequiresRequestReplay":false}""",
        "/IpamDriver.GetDefaultAddressSpaces" =>
            $$"""{"Error":"","LocalDefaultAddressSpace":"{{IpamDriver.LocalSpace}}","GlobalDefaultAddressSpace":"{{IpamDriver.GlobalSpace}}"}""",
        "/NetworkDriver.EndpointOperInfo" => """{"Err":"","Value":{}}""",
        "/NetworkDriver.Leave" or "/NetworkDriver.DeleteEndpoint" or "/NetworkDriver.DeleteNetwork" or "/NetworkDriver.FreeNetwork"
            or "/IpamDriver.ReleaseAddress" or "/IpamDriver.ReleasePool" => Nothing,
        _ => null,
    };

    /// <summary>A call that builds something up, for which the router is waited for. Others it does not know either.</summary>
    internal static bool NeedsRouter(string call) => call is "/NetworkDriver.AllocateNetwork" or "/NetworkDriver.CreateNetwork" or "/NetworkDriver.CreateEndpoint"
        or "/NetworkDriver.Join" or "/IpamDriver.RequestPool" or "/IpamDriver.RequestAddress";

    private static string ScopeOf(string driver) => driver == IpamDriver.Name ? NetworkDriverOptions.LocalScope : NetworkDriverOptions.GlobalScope;
}
