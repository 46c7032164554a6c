using System.Text.Json;
using Weave.Cli.Commands;

namespace Weave.Tests.Cli;

public sealed class ConnectionTableTests
{
    [Fact]
    public void What_is_wrong_ends_its_line_and_columns_stay_narrow()
    {
        using JsonDocument report = JsonDocument.Parse(
            """
            {"Router": {"Connections": [
              {"Outbound": true, "Address": "10.0.0.2:6783", "State": "established", "Info": "encrypted   sleeve 00:00:00:00:00:02(two)", "Attrs": {"name": "sleeve", "mtu": 1410, "encrypted": true, "cipher": "AES-256-GCM", "rtt": "0.21"}},
              {"Outbound": false, "Address": "10.0.0.3:50123", "State": "pending", "Info": "fastdp 00:00:00:00:00:03(three) control connection lost, data goes on", "Attrs": {"name": "fastdp", "mtu": 1376}},
              {"Outbound": true, "Address": "10.0.0.4:6783", "State": "failed", "Info": "dial tcp4 10.0.0.4:6783: connect: connection refused, retry: 2026-01-01 00:00:00 \u001b[2J", "Attrs": null}
            ]}}
            """);
        Assert.Equal(
            """
                ADDRESS         STATE        PEER                      OVERLAY  ENCRYPTION   MTU   ROUND TRIP
            ->  10.0.0.2:6783   established  00:00:00:00:00:02(two)    sleeve   AES-256-GCM  1410  0.21 ms
            <-  10.0.0.3:50123  pending      00:00:00:00:00:03(three)  fastdp   no           1376              control connection lost, data goes on
            ->  10.0.0.4:6783   failed                                                                         dial tcp4 10.0.0.4:6783: connect: connection refused, retry: 2026-01-01 00:00:00 [2J

            """,
            string.Concat(ConnectionTable.Render(report.RootElement).Split('\e').Select((part, n) => n == 0 ? part : part[(part.IndexOf('m') + 1)..])));
    }
}
