using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Api;
using Weave.Status;

namespace Weave.Tests.Status;

public sealed class ProblemBoardTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProblemBoard _board;

    public ProblemBoardTests() => _board = new ProblemBoard(_time, NullLogger<ProblemBoard>.Instance);

    [Fact]
    public void A_problem_is_shown_until_it_is_cleared()
    {
        _board.Raise("disk", "", "the volume is full");
        _board.Raise("disk", "", "the volume is still full");
        Assert.Equal(["disk: the volume is still full"], _board.Texts());
        _board.Clear("disk");
        Assert.Empty(_board.Texts());
    }

    [Fact]
    public void What_was_put_right_is_shown_for_ten_minutes()
    {
        _board.PutRight("link", "vxlan-6784", "vxlan-6784 was deleted; it is back");
        _time.Advance(ProblemBoard.PutRightShown - TimeSpan.FromSeconds(1));
        Assert.Single(_board.Texts());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_board.Texts());
    }

    [Fact]
    public async Task The_report_has_them_behind_those_of_the_mesh()
    {
        _board.Raise("disk", "", "full");
        StatusReport report = await _board.AddToAsync(new StatusReport { Router = new RouterReport { Problems = ["mesh"] } }, CancellationToken.None);
        Assert.Equal(["mesh", "disk: full"], report.Router!.Problems);
    }

    [Fact]
    public async Task A_report_without_problems_says_nothing_of_them()
    {
        StatusReport report = await _board.AddToAsync(new StatusReport { Router = new RouterReport() }, CancellationToken.None);
        Assert.Null(report.Router!.Problems);
    }

    [Fact]
    public async Task Metrics_count_what_is_and_what_began()
    {
        _board.Raise("disk", "", "full");
        _board.Raise("disk", "", "full");
        _board.PutRight("link", "a", "gone");
        _board.PutRight("link", "a", "gone again");
        string text = MetricsText.Render(new StatusReport(), await _board.CollectAsync(CancellationToken.None));
        Assert.Contains("weave_problems{kind=\"disk\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("weave_problems{kind=\"link\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("weave_problem_occurrences_total{kind=\"disk\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("weave_problem_occurrences_total{kind=\"link\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Subjects_without_end_are_not_kept()
    {
        for (int i = 0; i <= ProblemBoard.MaxProblems; i++)
        {
            _board.Raise("peer", $"{i}", "x");
        }

        Assert.Equal(ProblemBoard.MaxProblems, _board.Texts().Count);
    }
}
