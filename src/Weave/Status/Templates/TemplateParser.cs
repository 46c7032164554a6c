using System.Globalization;

namespace Weave.Status.Templates;

/// <summary>Reads a template into nodes. Depth is bounded, so that no template can exhaust the stack.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 100;

    private readonly string _name;
    private readonly List<TemplateLexer.Piece> _pieces;
    private readonly List<string> _variables = ["$"];
    private int _at;
    private int _depth;
    private int _loops;
    private IReadOnlyList<Token> _words = [];
    private int _word;
    private int _line = 1;

    private TemplateParser(string name, List<TemplateLexer.Piece> pieces)
    {
        _name = name;
        _pieces = pieces;
    }

    /// <exception cref="TemplateException">It cannot be read.</exception>
    internal static IReadOnlyList<TemplateNode> Parse(string name, string template)
    {
        TemplateParser parser = new(name, TemplateLexer.Cut(name, template));
        List<TemplateNode> nodes = parser.Block(out string? ending);
        return ending is null ? nodes : throw parser.Fault($"unexpected {{{{{ending}}}}}");
    }

    /// <summary>Nodes up to the word that ends them: <c>end</c>, <c>else</c>, or null at the end of the template.</summary>
    private List<TemplateNode> Block(out string? ending)
    {
        List<TemplateNode> nodes = [];
        if (++_depth > MaxDepth)
        {
            throw Fault("too many nested actions");
        }

        ending = null;
        int variables = _variables.Count;
        while (_at < _pieces.Count && ending is null)
        {
            TemplateLexer.Piece piece = _pieces[_at++];
            _line = piece.Line;
            if (piece.Text is { } text)
            {
                nodes.Add(new TemplateNode.Literal(text));
                continue;
            }

            (_words, _word) = (piece.Words, 0);
            if (_words is [{ Kind: TokenKind.Word, Text: "end" or "else" } end, ..])
            {
                _word = 1;
                ending = end.Text;
                continue;
            }

            nodes.Add(Node());
        }

        _variables.RemoveRange(variables, _variables.Count - variables);
        _depth--;
        return nodes;
    }

    private TemplateNode Node()
    {
        string keyword = _words is [{ Kind: TokenKind.Word } first, ..] ? first.Text : "";
        switch (keyword)
        {
            case "if":
            case "with":
            case "range":
                _word = 1;
                return Control(keyword);
            case "break":
            case "continue":
                _word = 1;
                ExpectEnd(keyword);
                return _loops == 0 ? throw Fault($"{{{{{keyword}}}}} outside {{{{range}}}}") : keyword == "break" ? new TemplateNode.Break() : new TemplateNode.Continue();
            case "define":
            case "template":
            case "block":
                throw Fault($"{{{{{keyword}}}}} is not supported here");
            default:
                TemplateNode.Pipeline pipe = ReadPipeline("command");
                ExpectEnd("command");
                return new TemplateNode.Action(pipe);
        }
    }

    private TemplateNode Control(string keyword)
    {
        int variables = _variables.Count;
        TemplateNode.Pipeline pipe = ReadPipeline(keyword);
        ExpectEnd(keyword);
        _loops += keyword == "range" ? 1 : 0;
        List<TemplateNode> body = Block(out string? ending);
        _loops -= keyword == "range" ? 1 : 0;
        List<TemplateNode> otherwise = [];
        if (ending == "else")
        {
            otherwise = Otherwise(keyword, ref ending);
        }

        if (ending is null)
        {
            throw Fault("unexpected EOF");
        }

        _variables.RemoveRange(variables, _variables.Count - variables);
        return keyword switch
        {
            "if" => new TemplateNode.If(pipe, body, otherwise),
            "with" => new TemplateNode.With(pipe, body, otherwise),
            _ => new TemplateNode.Range(pipe, body, otherwise),
        };
    }

    private List<TemplateNode> Otherwise(string keyword, ref string? ending)
    {
        if (_word < _words.Count && _words[_word] is { Kind: TokenKind.Word } next && next.Text == keyword && keyword != "range")
        {
            _word++;
            if (++_depth > MaxDepth)
            {
                throw Fault("too many nested actions");
            }

            TemplateNode inner = Control(keyword); // takes the one end that closes both
            _depth--;
            ending = "end";
            return [inner];
        }

        ExpectEnd("else");
        List<TemplateNode> nodes = Block(out ending);
        return ending == "else" ? throw Fault("expected end; found {{else}}") : nodes;
    }

    private TemplateNode.Pipeline ReadPipeline(string context)
    {
        if (++_depth > MaxDepth)
        {
            throw Fault("too many nested actions");
        }

        (List<string> names, bool declares) = ReadVariables(context);
        List<TemplateNode.Command> commands = [ReadCommand(context)];
        while (TakeSign("|"))
        {
            commands.Add(ReadCommand(context));
            if (commands[^1] is { Function: null } command && command.Operands[0].From is TemplateNode.Source.Constant)
            {
                throw Fault($"non executable command in pipeline stage {commands.Count}");
            }
        }

        if (declares)
        {
            _variables.AddRange(names);
        }

        _depth--;
        return new TemplateNode.Pipeline(names, declares, commands);
    }

    private (List<string> Names, bool Declares) ReadVariables(string context)
    {
        List<string> names = [];
        int start = _word;
        while (_word < _words.Count && _words[_word].Kind == TokenKind.Variable)
        {
            names.Add(_words[_word++].Text);
            bool declares = TakeSign(":=");
            if (declares || TakeSign("="))
            {
                return declares || _variables.Contains(names[0]) ? (names, declares) : throw Fault($"undefined variable \"{names[0]}\"");
            }

            if (context != "range" || !TakeSign(","))
            {
                break;
            }
        }

        _word = start;
        return ([], false);
    }

    private TemplateNode.Command ReadCommand(string context)
    {
        string? function = null;
        List<TemplateNode.Operand> operands = [];
        if (_word < _words.Count && _words[_word] is { Kind: TokenKind.Word } word && word.Text is not ("true" or "false" or "nil"))
        {
            function = Known(word.Text);
            _word++;
        }

        while (_word < _words.Count && _words[_word] is var next && !next.IsSign("|") && !next.IsSign(")"))
        {
            if (!next.AfterSpace && (function is not null || operands.Count > 0))
            {
                throw Fault($"unexpected \"{next.Text}\" in operand");
            }

            operands.Add(ReadOperand(context));
        }

        return function is null && operands.Count == 0 ? throw Fault($"missing value for {context}") : new TemplateNode.Command(function, operands);
    }

    private TemplateNode.Operand ReadOperand(string context)
    {
        Token token = _words[_word++];
        List<string> fields = [];
        TemplateNode.Source source = token.Kind switch
        {
            TokenKind.Dot => new TemplateNode.Source.Dot(),
            TokenKind.Field => FirstField(token, fields),
            TokenKind.Variable => _variables.Contains(token.Text) ? new TemplateNode.Source.Variable(token.Text) : throw Fault($"undefined variable \"{token.Text}\""),
            TokenKind.Text => new TemplateNode.Source.Constant(new TemplateValue.Text(token.Text)),
            TokenKind.Number => new TemplateNode.Source.Constant(Number(token.Text)),
            TokenKind.Word => WordOf(token.Text),
            _ when token.IsSign("(") => Inner(context),
            _ => throw Fault($"unexpected \"{token.Text}\" in {context}"),
        };
        while (_word < _words.Count && _words[_word] is { Kind: TokenKind.Field, AfterSpace: false } field)
        {
            fields.Add(field.Text);
            _word++;
        }

        return new TemplateNode.Operand(source, fields);
    }

    private static TemplateNode.Source.Dot FirstField(Token token, List<string> fields)
    {
        fields.Add(token.Text);
        return new TemplateNode.Source.Dot();
    }

    private TemplateNode.Source.Inner Inner(string context)
    {
        TemplateNode.Pipeline pipe = ReadPipeline(context);
        return TakeSign(")") ? new TemplateNode.Source.Inner(pipe) : throw Fault("unclosed left paren");
    }

    private TemplateNode.Source WordOf(string word) => word switch
    {
        "true" => new TemplateNode.Source.Constant(new TemplateValue.Truth(true)),
        "false" => new TemplateNode.Source.Constant(new TemplateValue.Truth(false)),
        "nil" => new TemplateNode.Source.Constant(TemplateValue.Nil.Instance),
        _ => new TemplateNode.Source.Call(Known(word)),
    };

    private string Known(string function) =>
        TemplateFunctions.Names.Contains(function) ? function : throw Fault($"function \"{function}\" not defined");

    private TemplateValue Number(string text)
    {
        string digits = text.TrimStart('+', '-').Replace("_", "", StringComparison.Ordinal);
        Int128 sign = text[0] == '-' ? -1 : 1;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && Int128.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out Int128 hex))
        {
            return new TemplateValue.Integer(sign * hex);
        }

        return digits.Length <= 20 && Int128.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out Int128 whole) ? new TemplateValue.Integer(sign * whole)
            : double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double real) ? new TemplateValue.Real((double)sign * real)
            : throw Fault($"bad number syntax: \"{text}\"");
    }

    private bool TakeSign(string sign)
    {
        bool there = _word < _words.Count && _words[_word].IsSign(sign);
        _word += there ? 1 : 0;
        return there;
    }

    private void ExpectEnd(string context)
    {
        if (_word < _words.Count)
        {
            Token extra = _words[_word];
            throw Fault(extra.IsSign(")") ? "unexpected right paren" : $"unexpected \"{extra.Text}\" in {context}");
        }
    }

    private TemplateException Fault(string what) => new($"template: {_name}:{_line}: {what}");
}
