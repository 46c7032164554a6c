namespace Weave.Status.Templates;

/// <summary>
/// A template in the language of the original's <c>report -f</c>: the subset of Go's text/template that works on
/// values like those of JSON. Steps, and characters looked at or made, are bounded, so that no request can hold the daemon.
/// </summary>
internal sealed class Template
{
    private readonly string _name;
    private readonly IReadOnlyList<TemplateNode> _nodes;

    private Template(string name, IReadOnlyList<TemplateNode> nodes)
    {
        _name = name;
        _nodes = nodes;
    }

    /// <exception cref="TemplateException">It cannot be read; the message says where and why.</exception>
    internal static Template Parse(string name, string text) => new(name, TemplateParser.Parse(name, text));

    /// <exception cref="TemplateException">It asks for what is not there, or does too much.</exception>
    internal string Execute(TemplateValue data)
    {
        TemplateRun run = new(data);
        try
        {
            run.Walk(_nodes, data);
            return run.Output.ToString();
        }
        catch (TemplateException fault)
        {
            throw new TemplateException($"template: {_name}: executing \"{_name}\": {fault.Message}", fault);
        }
    }
}
