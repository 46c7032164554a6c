using Microsoft.Extensions.Logging;
using Weave.Core.Names;
using Weave.Daemon;
using Weave.Status;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// The name database as others in the daemon use it. What Docker tells is registered and forgotten with the container;
/// what is added by hand is stored as well.
/// </summary>
internal sealed class NameService : INameRegistry
{
    private readonly ControlLoop _loop;
    private readonly NameDatabase _database;
    private readonly NameStore _store;
    private readonly ILogger _logger;
    private readonly ManualNames _manual = new();
    private readonly NameAliases _aliases;
    private readonly ProblemBoard _problems;
    private (PeerName Origin, long LeftOut)? _excess;

    /// <summary>When each name of a container was last registered, by container: a death that was heard of before does not end it.</summary>
    private readonly Dictionary<string, Dictionary<(string Hostname, Ipv4Address Address), TimeSpan>> _registeredAt = new(StringComparer.Ordinal);

    /// <remarks>To be made before the control loop runs.</remarks>
    internal NameService(ControlLoop loop, NameDatabase database, NameStore store, bool containersAreTold, ProblemBoard problems, ILogger logger)
    {
        _loop = loop;
        _database = database;
        _store = store;
        _problems = problems;
        _logger = logger;
        _aliases = new NameAliases(database);
        Restore(containersAreTold);
        loop.AfterEach(() => _aliases.Follow(loop.Now));
        loop.AfterEach(TellExcess);
    }

    public string Domain => _database.Domain;

    internal NameIndex Index => _database.Index;

    public Task RegisterAsync(string container, string fqdn, Ipv4Address address, CancellationToken cancel) =>
        _loop.AskAsync(
            () =>
            {
                Register(container, fqdn, address);
                (IReadOnlyList<ManualName> awake, IReadOnlyList<ManualName> outdated) = _manual.OnAddressed(container, address);
                _store.Save(outdated.Count > 0 ? awake : [], outdated);
                RegisterAll(awake);
                return true;
            },
            cancel);

    /// <remarks>Names added by hand stay stored, and come back with the container.</remarks>
    public Task DeleteAsync(string? container, string? fqdn, Ipv4Address? address, CancellationToken cancel) =>
        _loop.AskAsync(() => Delete(container, fqdn, address), cancel);

    public void OnContainerStarted(string container) => Post(() => RegisterAll(_manual.OnStarted(container)));

    public void OnContainerDied(string container, long? heardAt = null) => Post(() =>
    {
        TimeSpan died = heardAt is { } stamp ? _loop.At(stamp) : TimeSpan.MaxValue;
        HashSet<(string, Ipv4Address)> newer = _registeredAt.TryGetValue(container, out Dictionary<(string Hostname, Ipv4Address Address), TimeSpan>? names)
            ? [.. names.Where(name => name.Value > died).Select(name => name.Key)]
            : [];
        _manual.OnDied(container, name => newer.Contains((name.Hostname, name.Address)));
        if (newer.Count == 0)
        {
            Delete(container, null, null);
            return;
        }

        foreach (NameEntry entry in _database.OwnOf(container).Where(entry => !newer.Contains((entry.Hostname, entry.Address))))
        {
            Delete(container, entry.Hostname, entry.Address);
        }
    });

    public void OnContainerDestroyed(string container) => Post(() =>
    {
        _store.Save([], _manual.Remove(container, null, null));
        Delete(container, null, null);
    });

    /// <summary>Somebody added a name: it is stored, too.</summary>
    internal Task AddByHandAsync(string container, string fqdn, Ipv4Address address, CancellationToken cancel) =>
        _loop.AskAsync(
            () =>
            {
                ManualName name = new(container, NameDatabase.Qualify(fqdn), address);
                if (Register(container, name.Hostname, address) && _manual.Add(name))
                {
                    _store.Save([name], []);
                }

                return true;
            },
            cancel);

    /// <summary>Somebody removed names; an omitted part matches anything.</summary>
    internal Task DeleteByHandAsync(string? container, string? fqdn, Ipv4Address? address, CancellationToken cancel) =>
        _loop.AskAsync(
            () =>
            {
                _store.Save([], _manual.Remove(container, fqdn is null ? null : NameDatabase.Qualify(fqdn), address));
                return Delete(container, fqdn, address);
            },
            cancel);

    /// <returns>False when one of the names is not in the domain.</returns>
    internal Task<bool> AddAliasAsync(string fqdn, string target, CancellationToken cancel) => _loop.AskAsync(
        () =>
        {
            NameAlias alias = new(NameDatabase.Qualify(fqdn), NameDatabase.Qualify(target));
            if (!_database.IsInDomain(alias.Hostname) || !_database.IsInDomain(alias.Target))
            {
                return false;
            }

            if (_aliases.Add(alias))
            {
                _store.Save(alias);
            }

            return true;
        },
        cancel);

    /// <returns>False when there was none.</returns>
    internal Task<bool> RemoveAliasAsync(string fqdn, string target, CancellationToken cancel) => _loop.AskAsync(
        () =>
        {
            NameAlias alias = new(NameDatabase.Qualify(fqdn), NameDatabase.Qualify(target));
            _store.Remove(alias);
            return _aliases.Remove(_loop.Now, alias);
        },
        cancel);

    internal Task<IReadOnlyList<NameAlias>> AliasesAsync(CancellationToken cancel) =>
        _loop.AskAsync<IReadOnlyList<NameAlias>>(() => [.. _aliases.All], cancel);

    /// <summary>Everything that is known, tombstones included, in table order.</summary>
    internal Task<IReadOnlyList<NameEntry>> EntriesAsync(CancellationToken cancel) => _loop.AskAsync(_database.InTableOrder, cancel);

    private void TellExcess()
    {
        if (_database.Excess == _excess)
        {
            return;
        }

        _excess = _database.Excess;
        if (_excess is { } excess)
        {
            _problems.Raise("limit", "names", $"{excess.Origin} tells more names than fit ({PeerLimits.NamesPerPeer} a peer, {PeerLimits.Names} in all): {excess.LeftOut} left out; look at that host");
        }
        else
        {
            _problems.Clear("limit", "names");
        }
    }

    private void Restore(bool containersAreTold)
    {
        (List<ManualName> names, List<NameAlias> aliases) = _store.Load();
        IReadOnlyList<ManualName> awake = _manual.Restore(names, containersAreTold);
        foreach (ManualName name in awake)
        {
            _database.Register(_loop.Now, name.Container, name.Hostname, name.Address);
        }

        aliases.ForEach(alias => _aliases.Add(alias));
        if (awake.Count > 0)
        {
            _logger.NamesRestored(awake.Count);
        }
    }

    private void RegisterAll(IReadOnlyList<ManualName> names)
    {
        foreach (ManualName name in names)
        {
            Register(name.Container, name.Hostname, name.Address);
        }
    }

    private bool Register(string container, string fqdn, Ipv4Address address)
    {
        bool registered = _database.Register(_loop.Now, container, fqdn, address);
        if (registered)
        {
            NoteRegistered(container, NameDatabase.Qualify(fqdn), address);
            _logger.NameRegistered(fqdn, container, address);
        }
        else
        {
            _logger.NameIgnored(fqdn, container, Domain);
        }

        return registered;
    }

    private void NoteRegistered(string container, string hostname, Ipv4Address address)
    {
        if (!_registeredAt.TryGetValue(container, out Dictionary<(string Hostname, Ipv4Address Address), TimeSpan>? names))
        {
            _registeredAt[container] = names = [];
        }

        names[(hostname, address)] = _loop.Now.Elapsed;
    }

    // What the database no longer has needs no time. Null for all containers.
    private void ForgetTimes(string? container)
    {
        foreach (string each in container is null ? _registeredAt.Keys.ToArray() : [container])
        {
            if (!_registeredAt.TryGetValue(each, out Dictionary<(string Hostname, Ipv4Address Address), TimeSpan>? names))
            {
                continue;
            }

            HashSet<(string, Ipv4Address)> live = [.. _database.OwnOf(each).Select(entry => (entry.Hostname, entry.Address))];
            foreach ((string, Ipv4Address) gone in names.Keys.Where(name => !live.Contains(name)).ToList())
            {
                names.Remove(gone);
            }

            if (names.Count == 0)
            {
                _registeredAt.Remove(each);
            }
        }
    }

    private int Delete(string? container, string? fqdn, Ipv4Address? address)
    {
        int deleted = _database.Delete(_loop.Now, container, fqdn, address);
        if (deleted > 0)
        {
            ForgetTimes(container);
            _logger.NamesRemoved(deleted, container ?? "all");
        }

        return deleted;
    }

    // Work that had to wait for room in the mailbox keeps its order: waiting writers are served in turn.
    private void Post(Action work) => _ = _loop.PostAsync(work).AsTask();
}
