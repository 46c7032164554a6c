using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary><c>weave ps</c>: who is on the bridge, with which addresses.</summary>
internal static class PsCommand
{
    private const string Expose = "weave:expose";
    private const string AllIds = "weave:allids";

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        Links links = new();
        foreach (string name in args.Length > 0 ? args : [Expose, AllIds])
        {
            switch (name)
            {
                case Expose:
                    if (links.Find(CliEnvironment.Bridge) is { } bridge)
                    {
                        IReadOnlyList<Ipv4Cidr> own = new Addresses(links).List(bridge.Name);
                        await context.Output.WriteLineAsync(Line(Expose, bridge.Mac, own)).ConfigureAwait(false);
                    }

                    break;
                case AllIds:
                    foreach (ContainerSummary container in await context.Docker.Containers.ListAsync(all: false, context.Cancel).ConfigureAwait(false))
                    {
                        await PrintAsync(context, container.Id, strict: false).ConfigureAwait(false);
                    }

                    break;
                default:
                    await PrintAsync(context, name, strict: true).ConfigureAwait(false);
                    break;
            }
        }

        return 0;
    }

    internal static IReadOnlyList<Ipv4Address> AddressesOf(ContainerDetails container) =>
        [.. InterfacesOf(container.State.Pid).SelectMany(found => found.Addresses).Select(cidr => cidr.Address)];

    private static async Task PrintAsync(CliContext context, string name, bool strict)
    {
        ContainerDetails? container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false);
        if (container is null)
        {
            if (strict)
            {
                // No failure, as in the original: whoever lists containers by name races with their end.
                await context.Error.WriteLineAsync($"Error: No such container: {name}").ConfigureAwait(false);
            }

            return;
        }

        foreach (ContainerInterface found in InterfacesOf(container.State.Pid))
        {
            await context.Output.WriteLineAsync(Line(container.Id, found.Mac, found.Addresses)).ConfigureAwait(false);
        }
    }

    /// <summary>Interfaces in the namespace of a process whose other end is a port of our bridge.</summary>
    private static IReadOnlyList<ContainerInterface> InterfacesOf(int pid) =>
        pid == 0 ? [] : AttachCommands.Interfaces().OnBridge($"/proc/{pid}/ns/net", CliEnvironment.Bridge);

    private static string Line(string id, MacAddress mac, IReadOnlyList<Ipv4Cidr> addresses) =>
        string.Join(' ', new[] { id.Length > 12 && id[0] != 'w' ? id[..12] : id, mac.ToString() }.Concat(addresses.Select(cidr => cidr.ToString())));
}
