using System.Net;
using System.Net.Sockets;

namespace Weave.Names;

/// <summary>Asks one server one question.</summary>
internal interface IUpstreamTransport
{
    /// <summary>By UDP. Whatever arrives that does not answer the request is passed over.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    Task<byte[]> AskByDatagramAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel);

    /// <summary>By TCP.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="IOException">It hung up, or answered something else.</exception>
    Task<byte[]> AskByStreamAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel);
}
