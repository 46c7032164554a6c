using Weave.Docker.Model;

namespace Weave.Plugin;

/// <summary>Under which names a container on one of our networks is known. Those outside our domain are left to the database to ignore.</summary>
internal static class ContainerNames
{
    /// <param name="container">The container.</param>
    /// <param name="endpoint">Its place on the network.</param>
    /// <param name="domain">Ours, with its trailing dot.</param>
    internal static IReadOnlyList<string> Of(ContainerDetails container, ContainerEndpoint endpoint, string domain)
    {
        // A whole name given as host name arrives with an empty domain: the dot makes it absolute.
        List<string> names = [$"{container.Config.Hostname}.{container.Config.Domainname}"];
        if (container.Name.Length > 1 && container.Name[0] == '/')
        {
            names.Add($"{container.Name[1..]}.{domain}");
        }

        foreach (string alias in endpoint.Aliases ?? [])
        {
            // Docker adds the short id by itself: a name nobody asked for, on every container.
            if (!container.Id.StartsWith(alias, StringComparison.Ordinal))
            {
                names.Add(alias.Contains('.', StringComparison.Ordinal) ? alias : $"{alias}.{domain}");
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
