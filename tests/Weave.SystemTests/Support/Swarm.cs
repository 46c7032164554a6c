namespace Weave.SystemTests.Support;

/// <summary>A swarm of some of the hosts, the first of them its manager, and the managed plugin on them.</summary>
internal static class Swarm
{
    internal const string Plugin = "weaveworks/net-plugin:latest";

    internal static void Form(int[] hosts)
    {
        Dissolve(hosts); // what an interrupted run left would be in the way
        // A dockerd that was in another swarm may hold on to the keys of its gossip, and then hears no names of other nodes.
        Parallel.ForEach(hosts, host => DockerHosts.Do("docker", $"{host}", "restart"));
        string manager = DockerHosts.AddressOf(hosts[0]);
        DockerHosts.On(hosts[0], $"docker swarm init --advertise-addr {manager}");
        string token = DockerHosts.On(hosts[0], "docker swarm join-token -q worker");
        Parallel.ForEach(hosts.Skip(1), host => DockerHosts.On(host, $"docker swarm join --token {token} {manager}:2377"));
    }

    /// <summary>In one way of the two on the first host, in the other one on others. Settings as <c>docker plugin set</c> takes them.</summary>
    internal static void CreatePlugin(int host, string settings = "") =>
        DockerHosts.On(host, $"{(host == 1 ? "weave plugin-v2 create" : $"weave plugin-v2 directory /tmp/plugin && docker plugin create {Plugin} /tmp/plugin && rm -r /tmp/plugin")} && {(settings.Length > 0 ? $"docker plugin set {Plugin} {settings}" : "true")} && docker plugin enable {Plugin}");

    /// <summary>Whatever state they are in. Docker leaves the directory of a plugin behind that it could not start.</summary>
    internal static void Dissolve(int[] hosts) => Parallel.ForEach(
        hosts,
        host => DockerHosts.TryOn(host, $"docker ps -aq | xargs -r docker rm -f; docker swarm leave --force; docker ps -aq | xargs -r docker rm -f; docker plugin rm --force {Plugin}; rm -rf /var/lib/weave; [ -n \"$(docker plugin ls -q)\" ] || rm -rf /run/docker/plugins/*"));
}
