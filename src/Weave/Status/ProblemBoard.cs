using Microsoft.Extensions.Logging;
using Weave.Api;

namespace Weave.Status;

/// <summary>
/// What is wrong on this host at present, told by whichever part noticed it and shown by all that people look at:
/// <c>Problems</c> of status and report, the metric <c>weave_problems</c>, one warning in the log when it begins.
/// A problem has a kind, such as <c>firewall</c>, and a subject within it, such as a link's name; raising it again
/// replaces its words, so a part may raise what it sees at every look.
/// </summary>
/// <remarks>Safe from any thread. It holds at most <see cref="MaxProblems"/>: subjects may come from other hosts.</remarks>
public sealed class ProblemBoard(TimeProvider time, ILogger<ProblemBoard> logger) : IReportSection, IMetricSource
{
    public const int MaxProblems = 256;

    /// <summary>How long what was put right by us stays in sight.</summary>
    public static readonly TimeSpan PutRightShown = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Kind, string Subject), Problem> _problems = [];
    private readonly SortedDictionary<string, long> _occurrences = new(StringComparer.Ordinal);

    /// <summary>It is so, until <see cref="Clear"/>.</summary>
    /// <param name="kind">Lower case with dashes; a label of metrics, so from a fixed set.</param>
    /// <param name="subject">Which of its kind; empty when there can be one only.</param>
    /// <param name="text">One line: what is wrong, what it means, what to do.</param>
    public void Raise(string kind, string subject, string text) => Put(kind, subject, text, until: null);

    /// <summary>It was so, and we have put it right: counted at each call, and shown for <see cref="PutRightShown"/>.</summary>
    public void PutRight(string kind, string subject, string text) => Put(kind, subject, text, time.GetUtcNow() + PutRightShown);

    /// <summary>It is so no more. Nothing happens if it was not.</summary>
    public void Clear(string kind, string subject = "")
    {
        lock (_lock)
        {
            if (_problems.Remove((kind, subject), out Problem? problem) && problem.Until is null)
            {
                logger.ProblemEnded(kind, problem.Text);
            }
        }
    }

    /// <summary>Every problem of the present, one line each, by kind and subject.</summary>
    public IReadOnlyList<string> Texts()
    {
        lock (_lock)
        {
            DropOld();
            return [.. _problems.Select(problem => $"{problem.Key.Kind}: {problem.Value.Text}")];
        }
    }

    public ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel) =>
        ValueTask.FromResult(Texts() is { Count: > 0 } texts && report.Router is { } router
            ? report with { Router = router with { Problems = [.. router.Problems ?? [], .. texts] } }
            : report);

    public ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            DropOld();
            ILookup<string, Problem> present = _problems.ToLookup(problem => problem.Key.Kind, problem => problem.Value);
            return ValueTask.FromResult<IReadOnlyList<Metric>>(
            [
                .. _occurrences.Keys.Select(kind => new Metric(
                    "weave_problems", "Problems of this host at present.", present[kind].Count(problem => problem.Until is null), ("kind", kind))),
                .. _occurrences.Select(count => new Metric(
                    "weave_problem_occurrences_total", "Problems that began since the start, those put right at once among them.", count.Value, ("kind", count.Key))),
            ]);
        }
    }

    private void Put(string kind, string subject, string text, DateTimeOffset? until)
    {
        lock (_lock)
        {
            DropOld();
            _problems.TryGetValue((kind, subject), out Problem? before);
            if (before is null && _problems.Count >= MaxProblems)
            {
                return;
            }

            if (before is null || before.Until is not null || until is not null)
            {
                _occurrences[kind] = _occurrences.GetValueOrDefault(kind) + 1;
                logger.ProblemBegan(kind, text);
            }

            _problems[(kind, subject)] = new Problem(text, until);
        }
    }

    private void DropOld()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach ((string, string) key in _problems.Where(problem => problem.Value.Until <= now).Select(problem => problem.Key).ToArray())
        {
            _problems.Remove(key);
        }
    }

    private sealed record Problem(string Text, DateTimeOffset? Until);
}
