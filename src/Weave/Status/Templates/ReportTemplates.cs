using System.Text.Json;
using Weave.Api;

namespace Weave.Status.Templates;

/// <summary>The report as a template sees it.</summary>
internal static class ReportTemplates
{
    private static readonly string[] Sections = ["VersionCheck", "Router", "IPAM", "DNS", "Proxy", "Plugin"];
    private static readonly string[] Pointers = ["Paxos", "sleeve", "fastdp"];
    private static readonly string[] Maps = ["Attrs", "CaptureStats", "OverlayDiagnostics", "Counters"];

    internal static TemplateValue Value(StatusReport report)
    {
        TemplateValue.Struct found = (TemplateValue.Struct)Convert("WeaveStatus", ReportJson.Element(report));
        IEnumerable<KeyValuePair<string, TemplateValue>> absent = Sections.Except(found.Fields.Select(field => field.Key))
            .Select(name => KeyValuePair.Create(name, (TemplateValue)TemplateValue.Nil.Instance));
        return found with { Fields = [.. found.Fields.Concat(absent).OrderBy(field => Array.IndexOf(Sections, field.Key))] };
    }

    private static TemplateValue Convert(string name, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Maps.Contains(name) ? new TemplateValue.Map([.. Members(json).OrderBy(member => member.Key, StringComparer.Ordinal)])
            : new TemplateValue.Struct(name, [.. Members(json)]),
        JsonValueKind.Array => new TemplateValue.Items([.. json.EnumerateArray().Select(item => Convert(name, item))]),
        JsonValueKind.String => new TemplateValue.Text(json.GetString()!),
        JsonValueKind.Number => Number(json),
        JsonValueKind.True or JsonValueKind.False => new TemplateValue.Truth(json.GetBoolean()),
        _ when Maps.Contains(name) => new TemplateValue.Map([]),
        _ when Pointers.Contains(name) => TemplateValue.Nil.Instance,
        _ => new TemplateValue.Items([], IsNull: true),
    };

    private static TemplateValue Number(JsonElement json) =>
        json.TryGetInt64(out long signed) ? new TemplateValue.Integer(signed)
        : json.TryGetUInt64(out ulong unsigned) ? new TemplateValue.Integer(unsigned)
        : new TemplateValue.Real(json.GetDouble());

    private static IEnumerable<KeyValuePair<string, TemplateValue>> Members(JsonElement json) =>
        json.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Convert(member.Name, member.Value)));
}
