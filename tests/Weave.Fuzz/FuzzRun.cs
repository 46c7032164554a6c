using System.Diagnostics;

namespace Weave.Fuzz;

/// <summary>Runs a target over its corpus and mutations of it, and stops at the first input that it does not stand.</summary>
public sealed class FuzzRun(FuzzTarget target, IReadOnlyList<byte[]> corpus, ulong seed)
{
    private const long FixedAllowance = 1 << 20;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(5);

    private readonly Mutator _mutator = new(corpus, seed);

    public long Runs { get; private set; }

    /// <summary>Most bytes that one call allocated.</summary>
    public long WorstAllocation { get; private set; }

    /// <summary>The recorded inputs as they are, then <paramref name="mutations"/> of them.</summary>
    /// <param name="mutations">How many.</param>
    /// <param name="watchTime">Also complain about a call that takes seconds. Not for tests, which must not depend on the machine.</param>
    /// <returns>Null when all went well; else what happened, with the input in hex.</returns>
    public string? Execute(long mutations, bool watchTime)
    {
        foreach (byte[] input in corpus)
        {
            if (Try(input, watchTime) is { } problem)
            {
                return problem;
            }
        }

        for (long i = 0; i < mutations; i++)
        {
            if (Try(_mutator.Next(), watchTime) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Try(byte[] input, bool watchTime)
    {
        Runs++;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        try
        {
            target.Body(input);
        }
#pragma warning disable CA1031 // whatever it is: it is a finding
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{target.Name}: run {Runs}: {e}\ninput {Convert.ToHexStringLower(input)}";
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        WorstAllocation = Math.Max(WorstAllocation, allocated);
        if (allocated > FixedAllowance + ((long)target.MaxAllocationPerByte * input.Length))
        {
            return $"{target.Name}: run {Runs}: allocated {allocated} bytes\ninput {Convert.ToHexStringLower(input)}";
        }

        return watchTime && Stopwatch.GetElapsedTime(started) > Stall && StallsAgain(input)
            ? $"{target.Name}: run {Runs}: takes longer than {Stall}\ninput {Convert.ToHexStringLower(input)}"
            : null;
    }

    /// <summary>Once may have been the machine, which was busy with something else.</summary>
    private bool StallsAgain(byte[] input)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long started = Stopwatch.GetTimestamp();
            target.Body(input);
            if (Stopwatch.GetElapsedTime(started) < Stall)
            {
                return false;
            }
        }

        return true;
    }
}
