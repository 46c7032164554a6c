using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Api;
using Weave.Daemon;
using Weave.Ipam;
using Weave.Status;

namespace Weave.Persistence;

/// <summary>Composition of this folder.</summary>
internal static class PersistenceServices
{
    private const string ProblemKind = "volume";

    internal static IServiceCollection AddPersistence(this IServiceCollection services) =>
        services.AddSingleton(Open).AddSingleton<IStateStore>(provider => provider.GetRequiredService<StateStore>()).AddHostedService<VolumeWatch>();

    private static StateStore Open(IServiceProvider provider)
    {
        List<string> messages = [];
        string prefix = provider.GetRequiredService<DaemonOptions>().DatabasePrefix;
        try
        {
            StateStore store = StateStore.Open(prefix, messages);
            ILogger<StateStore> log = provider.GetRequiredService<ILogger<StateStore>>();
            messages.ForEach(log.Repaired);
            ProblemBoard board = provider.GetRequiredService<ProblemBoard>();
            store.Tell(fault => Show(board, fault));
            OriginalState.TakeOver(store, [OriginalState.PathOf(prefix), OriginalState.PathOf(OriginalVolume.Prefix)], log);
            return store;
        }
        catch (StateException refused)
        {
            throw new OptionException(refused.Message, refused);
        }
        catch (IOException unwritten)
        {
            // Going on without what the original router knew would give its addresses out again.
            throw new OptionException($"the state of the original router was not taken over: {unwritten.Message}", unwritten);
        }
    }

    private static void Show(ProblemBoard board, string? fault)
    {
        if (fault is null)
        {
            board.Clear(ProblemKind);
        }
        else
        {
            board.Raise(ProblemKind, "", $"{fault}: no address is given out before it can be written again, everything else goes on");
        }
    }
}
