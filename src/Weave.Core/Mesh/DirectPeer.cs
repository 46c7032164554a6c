using System.Globalization;
using System.Net;

namespace Weave.Core.Mesh;

/// <summary>A configured peer and, when it was given by name, what its name stands for at present.</summary>
internal sealed class DirectPeer(DirectTarget given)
{
    private IReadOnlyList<IPAddress> _known = given.HasAddress ? [given.Address.Address] : [];

    internal string Text => given.Text;

    internal string? Name => given.Name;

    /// <summary>Without a port the user means the host.</summary>
    internal bool AnyPort => given.Address.Port == 0;

    /// <summary>Where to dial; null while nobody knows.</summary>
    internal IPAddress? Address { get; private set; } = given.HasAddress ? given.Address.Address : null;

    /// <summary>It is being looked up.</summary>
    internal bool IsAsked { get; set; }

    /// <summary>When the name is looked up at the latest.</summary>
    internal TimeSpan LookUpDue { get; set; }

    /// <summary>Until then the answer that there is will do for an attempt.</summary>
    internal TimeSpan FreshUntil { get; set; }

    internal bool NeedsLookUp(TimeSpan now) => Name is not null && now >= FreshUntil;

    /// <summary>Any of the addresses that the name stands for will do.</summary>
    internal bool StandsFor(IPAddress address) => _known.Contains(address);

    /// <summary>By which its target is known: the address with a port, or the text as long as there is none.</summary>
    internal string Key(int usualPort) => Address is null ? Text : KeyOf(Address, usualPort);

    /// <summary>The same for each address that it may be at.</summary>
    internal IEnumerable<string> Keys(int usualPort) => _known.Select(address => KeyOf(address, usualPort));

    /// <summary>The name was looked up. The order of the answer tells nothing: an address that was good stays.</summary>
    /// <param name="found">What the name stands for.</param>
    /// <param name="failed">The present address was tried last, without success.</param>
    internal void OnFound(IReadOnlyList<IPAddress> found, bool failed)
    {
        List<IPAddress> sorted = [.. found.OrderBy(address => address.ToString(), StringComparer.Ordinal)];
        int at = Address is null ? -1 : sorted.IndexOf(Address);
        _known = sorted;
        Address = at >= 0 && !failed ? Address : sorted[(at + 1) % sorted.Count];
    }

    private string KeyOf(IPAddress address, int usualPort) =>
        string.Create(CultureInfo.InvariantCulture, $"{address}:{(AnyPort ? usualPort : given.Address.Port)}");
}
