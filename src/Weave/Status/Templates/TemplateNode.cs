namespace Weave.Status.Templates;

/// <summary>A piece of a template, read.</summary>
internal abstract record TemplateNode
{
    private TemplateNode()
    {
    }

    internal sealed record Literal(string Text) : TemplateNode;

    /// <summary><c>{{pipeline}}</c>: printed, unless it declares a variable.</summary>
    internal sealed record Action(Pipeline Pipe) : TemplateNode;

    internal sealed record If(Pipeline Pipe, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    internal sealed record With(Pipeline Pipe, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    internal sealed record Range(Pipeline Pipe, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    internal sealed record Break : TemplateNode;

    internal sealed record Continue : TemplateNode;

    /// <summary><c>$a, $b := command | command</c>; <paramref name="Declares"/> is false for <c>=</c>.</summary>
    internal sealed record Pipeline(IReadOnlyList<string> Variables, bool Declares, IReadOnlyList<Command> Commands);

    /// <summary>A function with arguments, or one operand.</summary>
    internal sealed record Command(string? Function, IReadOnlyList<Operand> Operands);

    /// <summary>A value, and the fields taken from it one after the other.</summary>
    internal sealed record Operand(Source From, IReadOnlyList<string> Fields);

    internal abstract record Source
    {
        internal sealed record Dot : Source;

        internal sealed record Variable(string Name) : Source;

        internal sealed record Constant(TemplateValue Value) : Source;

        /// <summary>In brackets.</summary>
        internal sealed record Inner(Pipeline Pipe) : Source;

        /// <summary>A function without arguments, as an argument.</summary>
        internal sealed record Call(string Function) : Source;
    }
}
