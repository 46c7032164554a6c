using Microsoft.Win32.SafeHandles;
using Weave.Linux.NetNs;

namespace Weave.Tests.Fakes;

/// <summary>Namespaces that are all this one.</summary>
internal sealed class FakeNamespaces : INetworkNamespaces
{
    internal List<string> Entered { get; } = [];

    public T Run<T>(string path, Func<T> work)
    {
        Entered.Add(path);
        return work();
    }

    public SafeFileHandle Open(string path) => throw new NotSupportedException();
}
