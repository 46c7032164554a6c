using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Overlay;

/// <summary>The bitmaps against a naive twin that remembers every counter.</summary>
public sealed class ReplayWindowProperties
{
    private const int WindowBits = 20;

    [Fact]
    public void Every_counter_is_accepted_once_and_none_that_is_too_old_to_say()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            SeededRandom dice = new(seed);
            ReplayWindow window = new();
            HashSet<ulong> seen = [];
            ulong newest = 0;
            ulong counter = 0;
            int accepted = 0;
            for (int i = 0; i < 3000; i++)
            {
                counter = Next(dice, counter);
                bool told = window.TryAccept(counter);
                bool known = counter >> WindowBits >= Math.Max(newest >> WindowBits, 1) - 1;
                Assert.True(told == (known && !seen.Contains(counter)), $"seed {seed}, step {i}: counter {counter}, newest {newest}");
                if (told)
                {
                    seen.Add(counter);
                    newest = Math.Max(newest, counter);
                    accepted++;
                }
            }

            Assert.True(accepted is > 100 and < 3000, $"seed {seed}: {accepted} accepted, so nothing was tried");
        }
    }

    [Fact]
    public void A_busy_channel_allocates_nothing()
    {
        ReplayWindow window = new();
        ulong counter = 0;
        for (; counter < 3 << WindowBits; counter += 64)
        {
            window.TryAccept(counter);
        }

        Allocations.Allocates(0, () =>
        {
            counter += 1 << 12;
            window.TryAccept(counter);
        });
    }

    /// <summary>Mostly in a row; at times again, late, over the edge of a window, or far ahead.</summary>
    private static ulong Next(SeededRandom dice, ulong counter) => dice.Next(40) switch
    {
        0 => counter,
        < 6 => counter - Math.Min(counter, (ulong)dice.Next(2000)),
        6 => counter - Math.Min(counter, (ulong)dice.Next(3 << WindowBits)),
        7 => ((counter >> WindowBits) + 1) << WindowBits,
        8 => counter + (ulong)dice.Next(3 << WindowBits),
        9 => (counter >> WindowBits << WindowBits) - Math.Min(counter >> WindowBits << WindowBits, 1),
        _ => counter + 1,
    };
}
