using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Api;
using Weave.Daemon;
using Weave.Ipam;

namespace Weave.Persistence;

/// <summary>Composition of this folder.</summary>
internal static class PersistenceServices
{
    internal static IServiceCollection AddPersistence(this IServiceCollection services) =>
        services.AddSingleton<IStateStore>(Open);

    private static StateStore Open(IServiceProvider provider)
    {
        List<string> messages = [];
        string prefix = provider.GetRequiredService<DaemonOptions>().DatabasePrefix;
        try
        {
            StateStore store = StateStore.Open(prefix, messages);
            ILogger<StateStore> log = provider.GetRequiredService<ILogger<StateStore>>();
            messages.ForEach(log.Repaired);
            OriginalState.TakeOver(store, [OriginalState.PathOf(prefix), OriginalState.PathOf(OriginalVolume.Prefix)], log);
            return store;
        }
        catch (StateException refused)
        {
            throw new OptionException(refused.Message, refused);
        }
    }
}
