using Weave.Cli.Flags;

namespace Weave.Tests.Cli.Flags;

public sealed class FlagSetTests
{
    private sealed record Target(int Number = 0, string Text = "", bool On = false, string All = "");

    private static readonly FlagSet<Target> Set = new([
        new("number", false, "7", "a number", (t, v) => t with { Number = GoValues.Int(v) }),
        new("text", false, "", "a text", (t, v) => t with { Text = v }),
        new("on", true, "", "a switch", (t, v) => t with { On = GoValues.Bool(v) }),
        new("H", false, "", "many", (t, v) => t with { All = t.All + v + ";" }),
    ]);

    [Theory]
    [InlineData("--number=5", 5, "", false, "")]
    [InlineData("--number 5", 5, "", false, "")]
    [InlineData("-number 0x10 rest", 16, "", false, "rest")]
    [InlineData("--on --text=a=b", 0, "a=b", true, "")]
    [InlineData("--on=false x --on", 0, "", true, "x")]
    [InlineData("x --number 5 y --text=a -- --on z", 5, "a", false, "x|y|--on|z")]
    [InlineData("--on -- --text", 0, "", true, "--text")]
    [InlineData("--text --on", 0, "--on", false, "")]
    [InlineData("--text='it' -", 0, "it", false, "-")]
    public void Flags_are_read_wherever_they_stand(string line, int number, string text, bool on, string rest)
    {
        FlagParse<Target> parse = Set.Parse(new Target(), line.Split(' '));
        Assert.Empty(parse.Problems);
        Assert.Equal((number, text, on), (parse.Value.Number, parse.Value.Text, parse.Value.On));
        Assert.Equal(rest, string.Join('|', parse.Rest));
    }

    [Theory]
    [InlineData("--nope", "flag provided but not defined: --nope")]
    [InlineData("--nope=1 --number=x", "flag provided but not defined: --nope|invalid value \"x\" for flag --number: strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("--number", "flag needs an argument: --number")]
    [InlineData("--on=yes", "invalid boolean value \"yes\" for  --on: strconv.ParseBool: parsing \"yes\": invalid syntax")]
    [InlineData("--number=99999999999", "invalid value \"99999999999\" for flag --number: strconv.ParseInt: parsing \"99999999999\": value out of range")]
    [InlineData("---x --=1", "bad flag syntax: ---x|bad flag syntax: --=1")]
    public void Every_problem_is_reported_in_the_words_of_the_original(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', Set.Parse(new Target(), line.Split(' ')).Problems));

    [Fact]
    public void A_flag_given_twice_adds_up_where_it_is_a_list() =>
        Assert.Equal("a;b;", Set.Parse(new Target(), ["-H", "a", "-H=b"]).Value.All);

    [Fact]
    public void Help_is_asked_for_in_three_ways()
    {
        Assert.All(new[] { "--help", "-help", "-h" }, word => Assert.True(Set.Parse(new Target(), [word]).HelpWanted));
    }

    [Fact]
    public void Help_is_aligned_and_shows_defaults() => Assert.Equal(
        """
        Usage of x:

          -H                 many
          --number=7         a number
          --on               a switch
          --text             a text

        """,
        FlagHelp.Render("x", Set));

    [Theory]
    [InlineData("5s", 5_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("250ms", 250)]
    [InlineData("-1s", -1_000)]
    [InlineData("0", 0)]
    public void Durations_are_sums_of_numbers_with_units(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), GoValues.Duration(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("99999999999999999999h")]
    public void Anything_else_is_no_duration(string text) => Assert.Throws<FormatException>(() => GoValues.Duration(text));
}
