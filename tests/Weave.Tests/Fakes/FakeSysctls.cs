using Weave.Linux.Netlink;

namespace Weave.Tests.Fakes;

/// <summary>Kernel settings that exist only here.</summary>
internal sealed class FakeSysctls : ISysctls
{
    internal Dictionary<string, string> Values { get; } = [];

    public string? Read(string key) => Values.GetValueOrDefault(key);

    public bool Write(string key, string value)
    {
        Values[key] = value;
        return true;
    }
}
