using Weave.Api;
using Weave.Status.Templates;

namespace Weave.Tests.Status;

public sealed class TemplateTests
{
    private static readonly TemplateValue Report = ReportTemplates.Value(RecordedReplies.Parsed("plain3"));

    private static string Run(string template) => Template.Parse("format", template).Execute(Report);

    [Fact]
    public void Recorded_formats_give_what_was_recorded()
    {
        (string Node, string Url, bool Json, string Body)[] recorded = [.. RecordedReplies.Of("plain3").Where(reply => reply.Url.StartsWith("/report?format=", StringComparison.Ordinal))];
        Assert.NotEmpty(recorded);
        foreach (var reply in recorded)
        {
            string format = Uri.UnescapeDataString(reply.Url["/report?format=".Length..]);
            string ours;
            try
            {
                ours = Run(format);
            }
            catch (TemplateException wrong)
            {
                ours = wrong.Message + "\n";
            }

            Assert.Equal(reply.Body, ours);
        }
    }

    [Theory]
    [InlineData("{{.Version}}", "2.8.2")]
    [InlineData("{{ .Router.Name }}({{.Router.NickName}})", "00:00:00:00:00:01(host1)")]
    [InlineData("{{range .Router.Connections}}{{.State}} {{end}}", "established established ")]
    [InlineData("{{range $i, $c := .Router.Connections}}{{$i}}={{$c.Attrs.mtu}};{{end}}", "0=1438;1=1438;")]
    [InlineData("{{range $k, $v := (index .Router.Connections 0).Attrs}}{{$k}}={{$v}},{{end}}", "mtu=1438,name=sleeve,")]
    [InlineData("{{len .Router.Peers}}", "3")]
    [InlineData("{{if eq .Router.Port 6783}}yes{{else}}no{{end}}", "yes")]
    [InlineData("{{if .Router.Targets}}some{{else if .Router.Peers}}peers{{else}}none{{end}}", "peers")]
    [InlineData("{{with .IPAM.Paxos}}{{.Quorum}}{{else}}none{{end}}", "none")]
    [InlineData("{{with $x := .DNS}}{{$x.Domain}}{{end}}", "weave.local.")]
    [InlineData("{{index .Router.Peers 0 | json | len | printf \"%v\" | len}}", "3")]
    [InlineData("{{printf \"%-12s|%5d|%q\" .Router.NickName .Router.Port .Version}}", "host1       | 6783|\"2.8.2\"")]
    [InlineData("{{.Router.Port | printf \"%06d\"}}", "006783")]
    [InlineData("a {{- .Version -}}  b", "a2.8.2b")]
    [InlineData("{{/* nothing */}}x{{- /* x */ -}} y", "xy")]
    [InlineData("{{and .Ready .Router.NickName}} {{or .Router.Targets \"no\"}} {{not .Ready}}", "host1 no false")]
    [InlineData("{{eq .Router.NickName \"a\" \"host1\"}}{{ne 1 2}}{{lt 1 2}}{{le 2 2}}{{gt 1 2}}{{ge 1 2}}", "truetruetruetruefalsefalse")]
    [InlineData("{{.Router.Targets}}", "[]")]
    [InlineData("{{.Plugin}} {{.IPAM.Paxos}} {{.Router.OverlayDiagnostics.nope}}", "<nil> <nil> <no value>")]
    [InlineData("{{$n := 0}}{{range .Router.Peers}}{{$n = len .Connections}}{{end}}{{$n}}", "2")]
    [InlineData("{{range .Router.Peers}}{{if eq .NickName \"host3\"}}{{break}}{{end}}{{.NickName}} {{end}}", "host1 ")]
    [InlineData("{{range .Router.Targets}}x{{else}}none{{end}}", "none")]
    [InlineData("{{json .Router.Targets}}{{json .Ready}}{{json .Proxy}}", "nulltruenull")]
    [InlineData("{{`raw`}}{{\"a\\tb\\\"\"}}{{'a'}}{{1.5}}{{0x10}}", "rawa\tb\"971.516")]
    [InlineData("{{$.Version}}{{with .DNS}}{{$.Version}}{{end}}", "2.8.22.8.2")]
    [InlineData("{{(index .Router.Peers 0).UID}}", "18125386577735665841")]
    [InlineData("{{.Router.TrustedSubnets}}{{print 1 2 \"x\"}}{{println}}", "[]1 2x\n")]
    [InlineData("{{range .IPAM.Entries}}{{if not .IsKnownPeer}}{{.Peer}}{{end}}{{end}}", "")]
    [InlineData("plain } text { %", "plain } text { %")]
    [InlineData("", "")]
    public void Formats_give_what_the_original_gives(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("{{", "template: format:1: unclosed action")]
    [InlineData("x\n{{.A", "template: format:2: unclosed action")]
    [InlineData("{{foo}}", "template: format:1: function \"foo\" not defined")]
    [InlineData("{{range .A}}", "template: format:1: unexpected EOF")]
    [InlineData("{{end}}", "template: format:1: unexpected {{end}}")]
    [InlineData("{{else}}", "template: format:1: unexpected {{else}}")]
    [InlineData("{{}}", "template: format:1: missing value for command")]
    [InlineData("{{if}}x{{end}}", "template: format:1: missing value for if")]
    [InlineData("{{$x}}", "template: format:1: undefined variable \"$x\"")]
    [InlineData("{{\"abc}}", "template: format:1: unterminated quoted string")]
    [InlineData("{{(.A}}", "template: format:1: unclosed left paren")]
    [InlineData("{{.A)}}", "template: format:1: unexpected right paren")]
    [InlineData("{{break}}", "template: format:1: {{break}} outside {{range}}")]
    [InlineData("{{/* x}}", "template: format:1: unclosed comment")]
    public void What_cannot_be_read_is_told_in_the_words_of_the_original(string template, string message) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => Template.Parse("format", template)).Message);

    [Theory]
    [InlineData("{{.Nope}}", "can't evaluate field Nope in type WeaveStatus")]
    [InlineData("{{.IPAM.Paxos.Quorum}}", "nil pointer evaluating Quorum")]
    [InlineData("{{index .Router.Peers 9}}", "index out of range")]
    [InlineData("{{len 3}}", "error calling len")]
    [InlineData("{{lt 1 \"a\"}}", "incompatible types for comparison")]
    [InlineData("{{range .Version}}{{end}}", "range can't iterate over")]
    [InlineData("{{.Version 3}}", "can't give argument to non-function")]
    public void What_cannot_be_carried_out_is_an_error(string template, string part) =>
        Assert.Contains(part, Assert.Throws<TemplateException>(() => Run(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_template_can_hold_the_daemon()
    {
        string nested = string.Concat(Enumerable.Repeat("{{range .Router.Peers}}", 90)) + string.Concat(Enumerable.Repeat("{{end}}", 90));
        Assert.Throws<TemplateException>(() => Run(nested.Replace(".Router.Peers", "$.Router.Peers", StringComparison.Ordinal)));
        Assert.Throws<TemplateException>(() => Run("{{" + new string('(', 50_000)));
        Assert.Throws<TemplateException>(() => Run(string.Concat(Enumerable.Repeat("{{if .A}}", 50_000))));
        Assert.Throws<TemplateException>(() => Run("{{if .A}}" + string.Concat(Enumerable.Repeat("{{else if .A}}", 50_000))));
    }

    [Theory]
    [InlineData("{{$x := \"aaaaaaaaaaaaaaaa\"}}DOUBLE{{len $x}}", "{{$x = print $x $x}}", 26)] // a variable
    [InlineData("{{$x := \"aaaaaaaaaaaaaaaa\"}}DOUBLE{{len $x}}", "{{$x = printf \"%s%s\" $x $x}}", 26)]
    [InlineData("{{$x := \"aaaaaaaaaaaaaaaa\"}}DOUBLE{{len $x}}", "{{$x = printf \"%1000d%1000d%1000d%1000d%s\" 1 1 1 1 $x}}", 20_000)]
    [InlineData("{{$x := \"<<<<<<<<<<<<<<<<\"}}DOUBLE{{len $x}}", "{{$x = json $x}}", 24)]
    [InlineData("{{$x := \"aaaaaaaaaaaaaaaa\"}}DOUBLE{{range .Router.Peers}}{{eq $x $x}}{{end}}", "{{$x = print $x $x}}", 21)] // work without output
    [InlineData("DOUBLE", "{{len (json $)}}", 100_000)]
    public void No_template_can_make_or_look_at_texts_without_end(string template, string repeated, int times)
    {
        string whole = template.Replace("DOUBLE", string.Concat(Enumerable.Repeat(repeated, times)), StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("exceeded the limit", Assert.Throws<TemplateException>(() => Run(whole)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public void Whatever_is_thrown_at_the_parser_is_an_answer()
    {
        Random random = new(20260301);
        string[] pieces = ["{{", "}}", "-", " ", ".", "$", "range", "if", "else", "end", "with", "|", "(", ")", ":=", "=", ",", "\"", "`", "'", "/*", "*/", "Router", "x", "1", "0x", "e+", "\n", "printf", "%", "break", "é", "\\"];
        for (int i = 0; i < 20_000; i++)
        {
            string template = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                Run(template);
            }
            catch (TemplateException)
            {
                // an answer
            }
        }
    }

    [Fact]
    public void A_report_without_sections_has_them_as_nil() =>
        Assert.Equal("<nil><nil>{\"Ready\":false,\"Version\":\"\",\"VersionCheck\":{\"Enabled\":false,\"Success\":false,\"NewVersion\":\"\",\"NextCheckAt\":\"0001-01-01T00:00:00Z\"}}", Template.Parse("f", "{{.Router}}{{.DNS}}{{json .}}").Execute(ReportTemplates.Value(new StatusReport())));
}
