using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weave.Persistence;

namespace Weave.Tests.Persistence;

/// <summary>A process that writes is killed again and again: what it was told to be stored is there, and nothing halfway.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weave-kill-").FullName;

    private string Prefix => Path.Combine(_directory, "weave");

    /// <summary>Twenty times here; <c>make kill-store</c> does a thousand.</summary>
    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("WEAVE_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) ? rounds : 20;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_a_killed_writer_had_stored_is_there_and_nothing_halfway()
    {
        Random random = new(1);
        int before = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int told = await KillAsync(afterLines: 1 + random.Next(40));
            List<string> messages = [];
            using StateStore store = StateStore.Open(Prefix, messages);
            int stored = StoreWriter.NumberIn(store);
            Assert.True(told > before, $"round {round}: {told} is not after {before}");
            Assert.True(stored == told || stored == told + 1, $"round {round}: {told} was told and {stored} is there");
            for (int n = Math.Max(1, stored - StoreWriter.Slots + 1); n <= stored; n++)
            {
                Assert.Equal(StoreWriter.ValueOf(n), Encoding.UTF8.GetString(store.Get($"slot/{n % StoreWriter.Slots}")!));
            }

            Assert.DoesNotContain(messages, message => message.Contains("kept as", StringComparison.Ordinal));
            before = stored;
        }
    }

    // Returns the last transaction that the writer told to be stored.
    private async Task<int> KillAsync(int afterLines)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledWriterTests).Assembly.Location);
        }

        start.Environment[StoreWriter.Variable] = Prefix;
        using Process writer = Process.Start(start)!;
        int told = 0;
        try
        {
            for (int line = 0; line < afterLines; line++)
            {
                told = Number(await writer.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the writer ended by itself"));
            }
        }
        finally
        {
            writer.Kill();
        }

        while (await writer.StandardOutput.ReadLineAsync() is { } rest)
        {
            told = Number(rest);
        }

        await writer.WaitForExitAsync();
        return told;
    }

    private static int Number(string line) => int.Parse(line, CultureInfo.InvariantCulture);
}
