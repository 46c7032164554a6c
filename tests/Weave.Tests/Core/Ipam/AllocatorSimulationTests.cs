using Weave.Simulation.Ipam;

namespace Weave.Tests.Core.Ipam;

/// <summary>A fixed hundred seeds; ten thousand run nightly (docs/testing.md).</summary>
public sealed class AllocatorSimulationTests
{
    [Fact]
    public void No_address_is_given_out_twice()
    {
        List<string> failures = [];
        for (ulong seed = 1; seed <= 100; seed++)
        {
            if (AllocatorChaos.Run(seed, steps: 120).Failure is { } failure)
            {
                failures.Add(failure);
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void Nobody_gives_out_what_a_host_has_that_he_has_met()
    {
        List<string> failures = [];
        for (ulong seed = 1; seed <= 60; seed++)
        {
            if (MeetingChaos.Run(seed, steps: 100).Failure is { } failure)
            {
                failures.Add(failure);
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void A_seed_is_a_run() => Assert.Equal(AllocatorChaos.Run(7), AllocatorChaos.Run(7));
}
