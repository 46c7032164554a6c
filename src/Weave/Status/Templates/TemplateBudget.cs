namespace Weave.Status.Templates;

/// <summary>
/// What one execution of a template may cost: steps, and characters looked at or made, be it in variables, arguments or
/// output. Work and memory grow with the sum of both, so a template that doubles a text ends after a few dozen doublings.
/// </summary>
internal sealed class TemplateBudget
{
    internal const int MaxSteps = 1_000_000;
    internal const int MaxOutput = 16 * 1024 * 1024;

    /// <summary>The largest output is looked at, made into a text and written.</summary>
    internal const int MaxCharacters = 3 * MaxOutput;

    private int _steps;

    internal int CharactersLeft { get; private set; } = MaxCharacters;

    /// <exception cref="TemplateException">It was one too many.</exception>
    internal void Step(int count = 1)
    {
        _steps = _steps > MaxSteps - count ? throw Exceeded() : _steps + count;
    }

    /// <exception cref="TemplateException">There are not so many left.</exception>
    internal void Spend(int characters)
    {
        CharactersLeft = characters > CharactersLeft ? throw Exceeded() : CharactersLeft - characters;
    }

    /// <summary>Pays for looking at all of <paramref name="value"/>.</summary>
    /// <exception cref="TemplateException">It is larger than what is left.</exception>
    internal void Spend(TemplateValue value)
    {
        switch (value)
        {
            case TemplateValue.Text text:
                Spend(text.Value.Length);
                break;
            case TemplateValue.Items items:
                Spend(1);
                foreach (TemplateValue item in items.Values)
                {
                    Spend(item);
                }

                break;
            case TemplateValue.Map map:
                SpendMembers(map.Entries);
                break;
            case TemplateValue.Struct fields:
                SpendMembers(fields.Fields);
                break;
            default:
                Spend(1);
                break;
        }
    }

    internal static TemplateException Exceeded() => new("exceeded the limit of steps or output");

    private void SpendMembers(IReadOnlyList<KeyValuePair<string, TemplateValue>> members)
    {
        Spend(1);
        foreach ((string key, TemplateValue value) in members)
        {
            Spend(key.Length);
            Spend(value);
        }
    }
}
