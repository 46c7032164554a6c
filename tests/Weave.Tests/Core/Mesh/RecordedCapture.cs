using System.Net;
using System.Text.Json;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Mesh;

/// <summary>A capture with what its recording tells of each side of each connection that carried something.</summary>
internal sealed record RecordedCapture(IReadOnlyList<RecordedSide> Sides)
{
    internal static RecordedCapture Load(string name)
    {
        List<RecordedSide> sides = [];
        foreach (JsonElement connection in Vectors.Json($"captures/{name}.decoded.json").GetProperty("tcpConnections").EnumerateArray())
        {
            if (connection.GetProperty("bytesFromDialler").GetInt32() == 0)
            {
                continue;
            }

            IPEndPoint dialler = IPEndPoint.Parse(connection.GetProperty("dialler").GetString()!);
            IPEndPoint acceptor = IPEndPoint.Parse(connection.GetProperty("acceptor").GetString()!);
            sides.Add(RecordedSide.From(name, dialler, acceptor, outbound: true, [.. connection.GetProperty("fromDialler").EnumerateArray()]));
            sides.Add(RecordedSide.From(name, acceptor, dialler, outbound: false, [.. connection.GetProperty("fromAcceptor").EnumerateArray()]));
        }

        return new RecordedCapture(sides);
    }

    internal RecordedSide? Find(IPEndPoint local, IPEndPoint remote) =>
        Sides.FirstOrDefault(side => side.Local.Equals(local) && side.Remote.Equals(remote));
}
