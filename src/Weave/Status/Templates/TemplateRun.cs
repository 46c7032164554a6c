using System.Text;

namespace Weave.Status.Templates;

/// <summary>One execution of a template.</summary>
internal sealed class TemplateRun(TemplateValue data)
{
    private readonly TemplateBudget _budget = new();
    private readonly List<(string Name, TemplateValue Value)> _variables = [("$", data)];

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    internal StringBuilder Output { get; } = new();

    internal void Walk(IReadOnlyList<TemplateNode> nodes, TemplateValue dot) => WalkAll(nodes, dot);

    private Flow WalkAll(IReadOnlyList<TemplateNode> nodes, TemplateValue dot)
    {
        int variables = _variables.Count;
        Flow flow = Flow.Next;
        foreach (TemplateNode node in nodes)
        {
            flow = WalkOne(node, dot);
            if (flow != Flow.Next)
            {
                break;
            }
        }

        Forget(variables);
        return flow;
    }

    private Flow WalkOne(TemplateNode node, TemplateValue dot)
    {
        _budget.Step();
        switch (node)
        {
            case TemplateNode.Literal literal:
                _budget.Spend(literal.Text.Length);
                Output.Append(literal.Text);
                return Flow.Next;
            case TemplateNode.Action action:
                TemplateValue value = Evaluate(action.Pipe, dot);
                if (action.Pipe.Variables.Count == 0)
                {
                    _budget.Spend(value);
                    value.Print(Output);
                }

                if (Output.Length > TemplateBudget.MaxOutput)
                {
                    throw TemplateBudget.Exceeded();
                }

                return Flow.Next;
            case TemplateNode.If choice:
                return Choose(choice.Pipe, choice.Then, choice.Else, dot, rebind: false);
            case TemplateNode.With choice:
                return Choose(choice.Pipe, choice.Then, choice.Else, dot, rebind: true);
            case TemplateNode.Range range:
                return Loop(range, dot);
            default:
                return node is TemplateNode.Break ? Flow.Break : Flow.Continue;
        }
    }

    private Flow Choose(TemplateNode.Pipeline pipe, IReadOnlyList<TemplateNode> then, IReadOnlyList<TemplateNode> otherwise, TemplateValue dot, bool rebind)
    {
        int variables = _variables.Count;
        TemplateValue value = Evaluate(pipe, dot);
        Flow flow = value.IsTrue ? WalkAll(then, rebind ? value : dot) : WalkAll(otherwise, dot);
        Forget(variables);
        return flow;
    }

    private Flow Loop(TemplateNode.Range range, TemplateValue dot)
    {
        int variables = _variables.Count;
        TemplateValue over = Evaluate(range.Pipe with { Variables = [] }, dot);
        (TemplateValue Key, TemplateValue Value)[] items = over switch
        {
            TemplateValue.Items list => [.. list.Values.Select((value, i) => ((TemplateValue)new TemplateValue.Integer(i), value))],
            TemplateValue.Map map => [.. map.Entries.Select(entry => ((TemplateValue)new TemplateValue.Text(entry.Key), entry.Value))],
            TemplateValue.Nil or TemplateValue.Missing => [],
            _ => throw new TemplateException($"range can't iterate over {over}"),
        };
        _budget.Step(items.Length);
        foreach ((TemplateValue key, TemplateValue value) in items)
        {
            Bind(range.Pipe, key, value);
            Flow flow = WalkAll(range.Body, value);
            Forget(variables);
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return items.Length == 0 ? WalkAll(range.Else, dot) : Flow.Next;
    }

    private void Bind(TemplateNode.Pipeline pipe, TemplateValue key, TemplateValue value)
    {
        switch (pipe.Variables)
        {
            case [var only]:
                Set(only, value, pipe.Declares);
                break;
            case [var first, var second]:
                Set(first, key, pipe.Declares);
                Set(second, value, pipe.Declares);
                break;
        }
    }

    private TemplateValue Evaluate(TemplateNode.Pipeline pipe, TemplateValue dot)
    {
        TemplateValue? value = null;
        foreach (TemplateNode.Command command in pipe.Commands)
        {
            value = Evaluate(command, dot, value);
        }

        if (pipe.Variables is [var name, ..])
        {
            Set(name, value!, pipe.Declares);
        }

        return value!;
    }

    private TemplateValue Evaluate(TemplateNode.Command command, TemplateValue dot, TemplateValue? final)
    {
        _budget.Step();
        if (command.Function is null)
        {
            return command.Operands.Count == 1 && final is null
                ? Evaluate(command.Operands[0], dot)
                : throw new TemplateException("can't give argument to non-function");
        }

        IEnumerable<TemplateValue> arguments = command.Operands.Select(operand => Evaluate(operand, dot));
        arguments = final is null ? arguments : arguments.Append(final);
        return command.Function is "and" or "or" ? FirstThatDecides(command.Function == "or", arguments) : Call(command.Function, [.. arguments]);
    }

    /// <summary>No function makes more of its arguments than a few times their size, but printf, which looks at what is left.</summary>
    private TemplateValue Call(string function, TemplateValue[] arguments)
    {
        foreach (TemplateValue argument in arguments)
        {
            _budget.Spend(argument);
        }

        TemplateValue result = TemplateFunctions.Call(function, arguments, _budget.CharactersLeft);
        if (result is TemplateValue.Text made)
        {
            _budget.Spend(made.Value.Length);
        }

        return result;
    }

    /// <summary>Arguments after the one that decides are not looked at.</summary>
    private static TemplateValue FirstThatDecides(bool decides, IEnumerable<TemplateValue> arguments)
    {
        TemplateValue? last = null;
        foreach (TemplateValue argument in arguments)
        {
            last = argument;
            if (argument.IsTrue == decides)
            {
                break;
            }
        }

        return last ?? throw new TemplateException("wrong number of args: want at least 1 got 0");
    }

    private TemplateValue Evaluate(TemplateNode.Operand operand, TemplateValue dot)
    {
        TemplateValue value = operand.From switch
        {
            TemplateNode.Source.Dot => dot,
            TemplateNode.Source.Variable variable => _variables.FindLast(known => known.Name == variable.Name).Value,
            TemplateNode.Source.Constant constant => constant.Value,
            TemplateNode.Source.Inner inner => Evaluate(inner.Pipe, dot),
            TemplateNode.Source.Call call => Call(call.Function, []),
            _ => throw new InvalidOperationException(),
        };
        return operand.Fields.Aggregate(value, Field);
    }

    private static TemplateValue Field(TemplateValue of, string name) => of switch
    {
        TemplateValue.Struct fields => fields.Fields.FirstOrDefault(field => field.Key == name).Value
            ?? throw new TemplateException($"can't evaluate field {name} in type {fields.Type}"),
        TemplateValue.Map map => map.Entries.FirstOrDefault(entry => entry.Key == name).Value ?? TemplateValue.Missing.Instance,
        TemplateValue.Nil => throw new TemplateException($"nil pointer evaluating {name}"),
        _ => throw new TemplateException($"can't evaluate field {name} in {of}"),
    };

    private void Set(string name, TemplateValue value, bool declares)
    {
        int known = declares ? -1 : _variables.FindLastIndex(variable => variable.Name == name);
        if (known >= 0)
        {
            _variables[known] = (name, value);
        }
        else
        {
            _variables.Add((name, value));
        }
    }

    private void Forget(int keep) => _variables.RemoveRange(keep, _variables.Count - keep);
}
