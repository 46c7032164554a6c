using Weave.Core.Primitives;
using Weave.Fuzz.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>A short seeded run of what the fuzz program does at length.</summary>
public sealed class SleeveHostileTests
{
    [Fact]
    public void Any_bytes_are_survived()
    {
        SeededRandom dice = new(20);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] input = dice.Next(2) == 0 ? new byte[dice.Next(200)] : TcpFrames.Random(dice, dice.Next(400));
            if (input.Length > 0 && dice.Next(2) == 0)
            {
                dice.Fill(input);
            }

            for (int flips = dice.Next(6); flips > 0 && input.Length > 0; flips--)
            {
                input[dice.Next(input.Length)] = (byte)dice.Next(256);
            }

            SleeveFuzz.Fuzz(input);
        }
    }
}
