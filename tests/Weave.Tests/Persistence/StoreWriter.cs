using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Weave.Persistence;

namespace Weave.Tests.Persistence;

/// <summary>Another process that writes to a store until it is killed: this test program, started with a variable set.</summary>
internal static class StoreWriter
{
    /// <summary>Holds the prefix of the store.</summary>
    internal const string Variable = "WEAVE_TEST_STORE_WRITER";

    internal const int Slots = 8;

    // So much that the file is written anew after a few dozen transactions.
    private static readonly string Padding = new('x', 20_000);

    [ModuleInitializer]
    internal static void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } prefix)
        {
            Write(prefix);
        }
    }

    internal static string ValueOf(int n) => $"\"{n} {Padding}\"";

    internal static int NumberIn(StateStore store) =>
        store.Get("n") is { } n ? int.Parse(Encoding.UTF8.GetString(n), CultureInfo.InvariantCulture) : 0;

    private static void Write(string prefix)
    {
        using StateStore store = StateStore.Open(prefix, []);
        using Stream told = Console.OpenStandardOutput();
        for (int n = NumberIn(store) + 1; ; n++)
        {
            store.Commit(
            [
                new("n", Encoding.UTF8.GetBytes(n.ToString(CultureInfo.InvariantCulture))),
                new($"slot/{n % Slots}", Encoding.UTF8.GetBytes(ValueOf(n))),
            ]);
            told.Write(Encoding.UTF8.GetBytes($"{n}\n"));
        }
    }
}
