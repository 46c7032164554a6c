using System.Text;

namespace Weave.Status.Templates;

/// <summary>Cuts a template into texts and actions, and actions into words.</summary>
internal static class TemplateLexer
{
    private const string Open = "{{";
    private const string Close = "}}";

    /// <summary>One piece: a text, or the words of an action.</summary>
    internal readonly record struct Piece(string? Text, IReadOnlyList<Token> Words, int Line);

    /// <exception cref="TemplateException">An action is not closed, or a word is none.</exception>
    internal static List<Piece> Cut(string name, string template)
    {
        List<Piece> pieces = [];
        int at = 0;
        bool trimNext = false;
        while (at < template.Length)
        {
            int open = template.IndexOf(Open, at, StringComparison.Ordinal);
            string text = template[at..(open < 0 ? template.Length : open)];
            text = trimNext ? text.TrimStart(" \t\r\n".ToCharArray()) : text;
            bool trimThis = open >= 0 && open + 3 < template.Length && template[open + 2] == '-' && char.IsWhiteSpace(template[open + 3]);
            text = trimThis ? text.TrimEnd(" \t\r\n".ToCharArray()) : text;
            if (text.Length > 0)
            {
                pieces.Add(new Piece(text, [], Line(template, at)));
            }

            if (open < 0)
            {
                break;
            }

            at = open + (trimThis ? 3 : 2);
            Cursor cursor = new(name, template, at);
            IReadOnlyList<Token>? words = cursor.Action(out trimNext);
            at = cursor.At;
            if (words is not null)
            {
                pieces.Add(new Piece(null, words, Line(template, open)));
            }
        }

        return pieces;
    }

    private static int Line(string template, int at) => 1 + template.AsSpan(0, at).Count('\n');

    private sealed class Cursor(string name, string template, int at)
    {
        internal int At { get; private set; } = at;

        /// <summary>The words up to the closing mark; null for a comment.</summary>
        internal List<Token>? Action(out bool trimNext)
        {
            List<Token> words = [];
            if (template[At - 1] == '-')
            {
                At++; // the blank that made it a trim mark
            }

            bool comment = Skip("/*");
            if (comment)
            {
                int end = template.IndexOf("*/", At, StringComparison.Ordinal);
                At = end < 0 ? throw Fault("unclosed comment") : end + 2;
            }

            while (true)
            {
                int before = At;
                while (At < template.Length && char.IsWhiteSpace(template[At]))
                {
                    At++;
                }

                bool space = At > before;
                trimNext = space && Skip("-" + Close);
                if (trimNext || Skip(Close))
                {
                    return comment ? null : words;
                }

                if (comment)
                {
                    throw Fault("comment ends before closing delimiter");
                }

                words.Add(Word(space || words.Count == 0));
            }
        }

        private Token Word(bool space)
        {
            if (At == template.Length)
            {
                throw Fault("unclosed action");
            }

            char c = template[At];
            return c switch
            {
                '"' => new Token(TokenKind.Text, Quoted(), space),
                '`' => new Token(TokenKind.Text, Raw(), space),
                '\'' => new Token(TokenKind.Number, CharacterCode(), space),
                '.' when At + 1 < template.Length && char.IsAsciiDigit(template[At + 1]) => new Token(TokenKind.Number, Number(), space),
                '.' => Field(space),
                '$' => new Token(TokenKind.Variable, Take(1), space),
                '|' or '(' or ')' or ',' or '=' => new Token(TokenKind.Sign, template[At++].ToString(), space),
                ':' when Skip(":=") => new Token(TokenKind.Sign, ":=", space),
                _ when char.IsAsciiDigit(c) || c is '+' or '-' => new Token(TokenKind.Number, Number(), space),
                _ when IsLetter(c) => new Token(TokenKind.Word, Take(0), space),
                _ => throw Fault($"unexpected {Described(c)} in command"),
            };
        }

        private Token Field(bool space)
        {
            string word = Take(1);
            return word.Length == 1 ? new Token(TokenKind.Dot, ".", space) : new Token(TokenKind.Field, word[1..], space);
        }

        private string Take(int from)
        {
            int start = At;
            At += from;
            while (At < template.Length && (IsLetter(template[At]) || char.IsAsciiDigit(template[At])))
            {
                At++;
            }

            return template[start..At];
        }

        private string Number()
        {
            int start = At++;
            while (At < template.Length && (char.IsAsciiLetterOrDigit(template[At]) || template[At] is '.' or '_' || (template[At] is '+' or '-' && template[At - 1] is 'e' or 'E')))
            {
                At++;
            }

            return template[start..At];
        }

        private string Raw()
        {
            int end = template.IndexOf('`', At + 1);
            string text = end < 0 ? throw Fault("unterminated raw quoted string") : template[(At + 1)..end];
            At = end + 1;
            return text;
        }

        private string CharacterCode()
        {
            if (At + 2 < template.Length && template[At + 2] == '\'' && template[At + 1] != '\\')
            {
                At += 3;
                return ((int)template[At - 2]).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            throw Fault("unterminated character constant");
        }

        private string Quoted()
        {
            StringBuilder text = new();
            for (At++; ; At++)
            {
                if (At == template.Length || template[At] == '\n')
                {
                    throw Fault("unterminated quoted string");
                }

                char c = template[At];
                if (c == '"')
                {
                    At++;
                    return text.ToString();
                }

                text.Append(c == '\\' ? Escape() : c);
            }
        }

        private char Escape()
        {
            At++;
            return (At < template.Length ? template[At] : '\n') switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                '"' => '"',
                _ => throw Fault("invalid syntax"),
            };
        }

        private bool Skip(string mark)
        {
            bool there = template.AsSpan(At).StartsWith(mark, StringComparison.Ordinal);
            At += there ? mark.Length : 0;
            return there;
        }

        private TemplateException Fault(string what) => new($"template: {name}:{Line(template, Math.Min(At, template.Length))}: {what}");

        private static string Described(char c) => c is '}' or '{' ? $"\"{c}\"" : $"bad character U+{(int)c:X4} '{c}'";

        private static bool IsLetter(char c) => char.IsLetter(c) || c == '_';
    }
}
