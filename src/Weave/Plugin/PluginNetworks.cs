using System.Collections.Concurrent;
using System.Text.Json;
using Weave.Persistence;
using Weave.Plugin.Model;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>The networks that Docker made with our drivers. Safe from any thread; survives restarts.</summary>
internal sealed class PluginNetworks(IStateStore store)
{
    /// <summary>The option that turns multicast on for a network.</summary>
    internal const string MulticastOption = "works.weave.multicast";

    private const string GenericOptions = "com.docker.network.generic";

    private readonly ConcurrentDictionary<string, PluginNetwork> _networks = Load(store);

    /// <summary>Those that were removed since <see cref="BeginComparison"/>, which Docker's answer may still have; null while nobody compares.</summary>
    private volatile ConcurrentDictionary<string, bool>? _removed;

    private TaskCompletionSource _removal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a network is removed after this was asked for.</summary>
    internal Task NextRemoval => Volatile.Read(ref _removal).Task;

    /// <summary>Null for one that is not ours, or that was made before this kind of record was kept.</summary>
    internal PluginNetwork? Find(string id) => _networks.GetValueOrDefault(id);

    /// <summary>One of them has the address itself.</summary>
    internal bool Has(Ipv4Address address)
    {
        string text = address.ToString();
        return _networks.Values.Any(network => network.Own?.Contains(text) == true);
    }

    /// <exception cref="IOException">It cannot be stored.</exception>
    internal void Add(string id, PluginNetwork network)
    {
        store.Put(StateKeys.Networks + id, network, PluginJson.Default.PluginNetwork);
        _networks[id] = network;
    }

    /// <summary>To be called before Docker is asked for its networks: its answer is about the moment of the question.</summary>
    /// <returns>All that there are, for <see cref="RemoveExcept"/>.</returns>
    internal IReadOnlySet<string> BeginComparison()
    {
        _removed = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        return _networks.Keys.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Takes in one that Docker had when it was asked, unless we know it or it was removed meanwhile.</summary>
    internal void Adopt(string id, PluginNetwork network)
    {
        if (Find(id) is null && _removed?.ContainsKey(id) != true)
        {
            Add(id, network);
        }
    }

    internal void Remove(string id)
    {
        _removed?.TryAdd(id, true);
        if (_networks.TryRemove(id, out _))
        {
            store.RemoveSoon(StateKeys.Networks + id);
        }

        Interlocked.Exchange(ref _removal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Forgets those that are gone: they were removed while we were not there.</summary>
    /// <param name="known">What there was before Docker was asked; what came since then its answer does not have.</param>
    /// <param name="existing">All that Docker had.</param>
    internal void RemoveExcept(IReadOnlySet<string> known, IReadOnlySet<string> existing)
    {
        _removed = null;
        foreach (string gone in known.Where(id => !existing.Contains(id)))
        {
            Remove(gone);
        }
    }

    /// <summary>What to say of a network whose addresses are not ours.</summary>
    internal static string ForeignAddresses(string network, string from) =>
        $"the addresses of network \"{network}\" come from \"{from}\" and may be in use on other hosts as well: make it anew with --ipam-driver={IpamDriver.Name}";

    /// <summary>Reads the options of a new network; those we do not know are reported to <paramref name="unknown"/> and ignored.</summary>
    /// <exception cref="PluginException">The value of a known one makes no sense.</exception>
    internal static bool ReadMulticast(Dictionary<string, JsonElement>? options, Action<string> unknown)
    {
        bool multicast = false;
        if (options is null || !options.TryGetValue(GenericOptions, out JsonElement generic) || generic.ValueKind != JsonValueKind.Object)
        {
            return multicast;
        }

        foreach (JsonProperty option in generic.EnumerateObject())
        {
            if (option.Name == MulticastOption && option.Value.ValueKind == JsonValueKind.String)
            {
                multicast = ParseBoolean(option.Name, option.Value.GetString()!);
            }
            else
            {
                unknown(option.Name);
            }
        }

        return multicast;
    }

    /// <summary>An empty value means that the option was named without one: on. Otherwise what the original's language takes for a boolean.</summary>
    internal static bool ParseBoolean(string option, string value) => value switch
    {
        "" or "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new PluginException($"unrecognized value \"{value}\" for option {option}"),
    };

    private static ConcurrentDictionary<string, PluginNetwork> Load(IStateStore store) =>
        new(store.Under(StateKeys.Networks, PluginJson.Default.PluginNetwork), StringComparer.Ordinal);
}
