using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Daemon;
using Weave.Docker;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>The allocator for the rest of the daemon: every call is a piece of work in the control loop.</summary>
internal sealed class AddressAllocation : IAddressAllocation, IIpamControl
{
    private readonly ControlLoop _loop;
    private readonly Allocator _allocator;
    private readonly ILogger<AddressAllocation> _log;
    private long _allocations;
    private long _allocationTicks;
    private long _longestAllocationTicks;

    internal AddressAllocation(ControlLoop loop, Allocator allocator, Ipv4Cidr universe, Ipv4Cidr defaultSubnet, ILogger<AddressAllocation> log)
    {
        _loop = loop;
        _allocator = allocator;
        _log = log;
        Universe = universe;
        DefaultSubnet = defaultSubnet;
        loop.AfterEach(WriteNotes);
    }

    /// <summary>For metrics: as of the last piece of work in the loop; safe from any thread.</summary>
    internal int LastingConflicts { get; private set; }

    /// <summary>For metrics, likewise.</summary>
    internal long HealedConflicts { get; private set; }

    /// <summary>For metrics, likewise.</summary>
    internal int HeldRanges { get; private set; }

    internal long Allocations => Interlocked.Read(ref _allocations);

    /// <summary>All the time that was waited for addresses.</summary>
    internal TimeSpan AllocationTime => new(Interlocked.Read(ref _allocationTicks));

    internal TimeSpan LongestAllocation => new(Interlocked.Read(ref _longestAllocationTicks));

    public Ipv4Cidr DefaultSubnet { get; }

    public Ipv4Cidr Universe { get; }

    public async Task<Ipv4Cidr> AllocateAsync(string ident, Ipv4Cidr subnet, bool isContainer, CancellationToken cancel, EngineUse engine = EngineUse.None)
    {
        TimeSpan asked = _loop.Now.Elapsed;
        AllocationAnswer answer = await AskAsync(answer => new AllocateRequest(ident, subnet, isContainer, answer) { Engine = engine }, cancel).ConfigureAwait(false);
        Count((_loop.Now.Elapsed - asked).Ticks);
        return answer.Address;
    }

    public Task ClaimAsync(string ident, Ipv4Cidr address, bool isContainer, bool noErrorOnUnknown, CancellationToken cancel, EngineUse engine = EngineUse.None) =>
        AskAsync(answer => new ClaimRequest(ident, address, isContainer, noErrorOnUnknown, answer) { Engine = engine }, cancel);

    public Task<IReadOnlySet<Ipv4Address>> OfEngineAsync(CancellationToken cancel) => _loop.AskAsync<IReadOnlySet<Ipv4Address>>(
        () => _allocator.Owned.Values.Where(owned => owned.Engine != EngineUse.None).SelectMany(owned => owned.Cidrs).Select(cidr => cidr.Address).ToHashSet(), cancel);

    public Task<IReadOnlyList<Ipv4Address>> FreeLostAsync(IReadOnlySet<Ipv4Address> lost, long notSince, CancellationToken cancel) =>
        _loop.AskAsync(() => _allocator.FreeLost(_loop.Now, lost, _loop.At(notSince)), cancel);

    public Task PrimeAsync(CancellationToken cancel) => AskAsync(answer => new PrimeRequest(answer), cancel);

    public Task<IReadOnlyList<Ipv4Cidr>> LookupAsync(string ident, Ipv4Cidr? subnet, CancellationToken cancel)
    {
        Ipv4Range range = subnet is { } within ? Ipv4Range.HostsOf(within) : new Ipv4Range(0, uint.MaxValue);
        return _loop.AskAsync(() => _allocator.Lookup(ident, range), cancel);
    }

    public Task FreeAsync(string ident, CancellationToken cancel) => CommandAsync(() => _allocator.Delete(_loop.Now, ident), cancel);

    public Task FreeAsync(string ident, Ipv4Address address, CancellationToken cancel) =>
        CommandAsync(() => _allocator.Free(_loop.Now, ident, address), cancel);

    public void OnContainerStarted(string container) => Post(() => _allocator.OnContainerStarted(_loop.Now, container));

    public void OnContainerDied(string container, long? heardAt = null) =>
        Post(() => _allocator.OnContainerDied(_loop.Now, container, heardAt is { } stamp ? _loop.At(stamp) : null));

    public void OnContainerDestroyed(string container) => Post(() => _allocator.OnContainerDestroyed(_loop.Now, container));

    internal void OnContainersListed(ContainerCensus census) =>
        Post(() => _allocator.Prune(_loop.Now, census.Existing, census.Running, _loop.At(census.AskedAt)));

    public Task<IpamStatus> StatusAsync(CancellationToken cancel) => _loop.AskAsync(() => _allocator.Status(DefaultSubnet), cancel);

    public Task<IReadOnlyList<KeyValuePair<string, OwnedAddresses>>> OwnedAsync(CancellationToken cancel) =>
        _loop.AskAsync<IReadOnlyList<KeyValuePair<string, OwnedAddresses>>>(() => [.. _allocator.Owned], cancel);

    public Task LeaveAsync(CancellationToken cancel) => _loop.AskAsync(
        () =>
        {
            _allocator.Leave(_loop.Now);
            return true;
        },
        cancel);

    public async Task<uint?> TakeOverAsync(string peer, bool force, CancellationToken cancel)
    {
        (string? living, uint? taken) = await _loop.AskAsync(() => TakeOver(peer, force), cancel).ConfigureAwait(false);
        return living is null ? taken : throw new AllocationException(
            $"{living} is running and connected, and would go on giving out its addresses; stop it first ('weave reset' there hands them over), or use --force");
    }

    private (string? Living, uint? Taken) TakeOver(string peer, bool force) =>
        !force && _allocator.Living(peer) is { } living ? (living, null) : (null, _allocator.TakeOver(_loop.Now, peer));

    private async Task<AllocationAnswer> AskAsync(Func<Action<AllocationAnswer>, AllocationRequest> make, CancellationToken cancel)
    {
        TaskCompletionSource<AllocationAnswer> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AllocationRequest request = make(answer => done.TrySetResult(answer));
        await _loop.PostAsync(() => _allocator.Submit(_loop.Now, request), cancel).ConfigureAwait(false);
        using CancellationTokenRegistration withdrawal = cancel.Register(() => Post(() => _allocator.Cancel(_loop.Now, request)));
        AllocationAnswer answer = await done.Task.ConfigureAwait(false);
        if (answer.IsCancelled)
        {
            throw answer.Error is { } why ? new AllocationTimeoutException(why, cancel) : new OperationCanceledException(cancel);
        }

        return answer.Error is null ? answer : throw new AllocationException(answer.Error);
    }

    private async Task CommandAsync(Func<string?> command, CancellationToken cancel)
    {
        if (await _loop.AskAsync(command, cancel).ConfigureAwait(false) is { } refusal)
        {
            throw new AllocationException(refusal);
        }
    }

    // Never dropped: when the mailbox is full the work waits its turn there, not here.
    private void Post(Action work)
    {
        if (!_loop.TryPost(work))
        {
            _ = _loop.PostAsync(work).AsTask();
        }
    }

    private void Count(long ticks)
    {
        Interlocked.Increment(ref _allocations);
        Interlocked.Add(ref _allocationTicks, ticks);
        long longest = Interlocked.Read(ref _longestAllocationTicks);
        while (ticks > longest && Interlocked.CompareExchange(ref _longestAllocationTicks, ticks, longest) is var seen && seen != longest)
        {
            longest = seen;
        }
    }

    private void WriteNotes()
    {
        LastingConflicts = _allocator.LastingConflicts;
        HealedConflicts = _allocator.HealedConflicts;
        HeldRanges = _allocator.HeldRanges;
        while (_allocator.Notes.TryDequeue(out AllocatorNote note))
        {
            if (note.IsWarning)
            {
                _log.Trouble(note.Text);
            }
            else
            {
                _log.Happened(note.Text);
            }
        }
    }
}
