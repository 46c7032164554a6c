namespace Weave.Cli.Launch;

/// <summary>WEAVE_DOCKER_ARGS: words of <c>docker run</c> for the container, as far as the original took them.</summary>
internal sealed record ExtraDockerArguments
{
    public IReadOnlyList<string> Variables { get; init; } = [];

    public IReadOnlyList<string> Binds { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <exception cref="CommandException">A word is none of <c>-e</c>, <c>-v</c>, <c>-l</c>.</exception>
    internal static ExtraDockerArguments Read(string text)
    {
        List<string> variables = [];
        List<string> binds = [];
        List<KeyValuePair<string, string>> labels = [];
        Queue<string> words = new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        while (words.TryDequeue(out string? word))
        {
            string[] parts = word.Split('=', 2);
            string value = word.StartsWith("--", StringComparison.Ordinal) && parts is [_, var attached] ? attached
                : words.TryDequeue(out string? next) ? next
                : throw new CommandException($"WEAVE_DOCKER_ARGS: {word} needs a value");
            switch (parts[0])
            {
                case "-e" or "--env":
                    variables.Add(value);
                    break;
                case "-v" or "--volume":
                    binds.Add(value);
                    break;
                case "-l" or "--label":
                    string[] label = value.Split('=', 2);
                    labels.Add(KeyValuePair.Create(label[0], label.Length > 1 ? label[1] : ""));
                    break;
                default:
                    throw new CommandException($"WEAVE_DOCKER_ARGS: {parts[0]} is not supported (-e, -v and -l are)");
            }
        }

        return new ExtraDockerArguments { Variables = variables, Binds = binds, Labels = labels };
    }
}
