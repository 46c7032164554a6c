using System.Text;
using System.Text.Json.Nodes;
using Weave.Api;

namespace Weave.Tests.Status;

public sealed class StatusReportTests
{
    [Theory]
    [InlineData("plain3")]
    [InlineData("crypto2")]
    [InlineData("line3")]
    public void The_report_has_the_names_the_order_and_the_layout_of_the_original(string run)
    {
        string recorded = RecordedReplies.Report(run);
        string ours = Encoding.UTF8.GetString(ReportJson.Write(RecordedReplies.Parsed(run)));
        // Times differ in trailing digits: the original prints nanoseconds.
        Assert.Equal(WithoutTimes(recorded), WithoutTimes(ours));
    }

    [Fact]
    public void Sections_that_are_off_are_absent_and_empty_lists_are_null()
    {
        JsonNode json = JsonNode.Parse(ReportJson.Write(new StatusReport { Router = new RouterReport { Peers = [], TrustedSubnets = [] } }))!;
        Assert.Equal(["Ready", "Version", "VersionCheck", "Router"], json.AsObject().Select(member => member.Key));
        Assert.Null(json["Router"]!["Peers"]);
        Assert.Empty(json["Router"]!["TrustedSubnets"]!.AsArray());
        Assert.Equal("0001-01-01T00:00:00Z", json["VersionCheck"]!["NextCheckAt"]!.GetValue<string>());
    }

    [Fact]
    public void Characters_are_escaped_as_by_the_original() => Assert.Contains(
        "read tcp a-\\u003eb: \\u003cx\\u003e \\u0026 ü '",
        Encoding.UTF8.GetString(ReportJson.Write(new StatusReport { Router = new RouterReport { Connections = [new ConnectionReport { Info = "read tcp a->b: <x> & ü '" }] } })),
        StringComparison.Ordinal);

    private static string WithoutTimes(string json) =>
        System.Text.RegularExpressions.Regex.Replace(json, "(\"LastSeen\": )\"[^\"]*\"", "$1\"\"");
}
