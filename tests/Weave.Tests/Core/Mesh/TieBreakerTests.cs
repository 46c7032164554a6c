using System.Globalization;
using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Mesh;

public sealed class TieBreakerTests
{
    [Fact]
    public void The_decision_is_the_original_s()
    {
        foreach (JsonElement row in Vectors.Json("handshake/tie_break.json").EnumerateArray())
        {
            TieBreak expected = row.GetProperty("result").GetString() switch
            {
                "new connection rejected, old one kept" => TieBreak.KeepOld,
                "new connection kept, old one shut down" => TieBreak.KeepNew,
                "both shut down" => TieBreak.CloseBoth,
                string other => throw new InvalidDataException(other),
                null => throw new InvalidDataException("no result"),
            };
            Assert.Equal(expected, TieBreaker.Decide(Uid(row, "newConnection"), Uid(row, "oldConnection")));
        }
    }

    private static ulong Uid(JsonElement row, string connection)
    {
        JsonElement ids = row.GetProperty(connection);
        ulong uid = Number(ids, "localConnID") ^ Number(ids, "remoteConnID");
        Assert.Equal(Number(ids, "uid"), uid);
        return uid;
    }

    private static ulong Number(JsonElement ids, string property) =>
        ulong.Parse(ids.GetProperty(property).GetString()!, CultureInfo.InvariantCulture);
}
