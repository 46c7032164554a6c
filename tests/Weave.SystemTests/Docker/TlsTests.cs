using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>A dockerd behind TLS that wants to see a certificate, spoken to from another host as the docker program does.</summary>
[Collection(DockerHosts.Name)]
public sealed class TlsTests : IDisposable
{
    private const string Folder = "/etc/docker-tls";
    private const string Remote = $"DOCKER_HOST=tcp://host1:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={Folder}";

    public TlsTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        DockerHosts.On(1, $$"""
            set -e
            mkdir -p {{Folder}} && cd {{Folder}}
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca-key.pem -out ca.pem 2>/dev/null
            issue() { # NAME USE
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$1 -keyout $1-key.pem -out $1.csr 2>/dev/null
                printf 'subjectAltName=DNS:host1\nextendedKeyUsage=%s\n' $2 >$1.ext
                openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile $1.ext -out $1.pem 2>/dev/null
            }
            issue server serverAuth; issue client clientAuth
            ln -sf client.pem cert.pem; ln -sf client-key.pem key.pem
            cp /etc/docker/daemon.json before.json
            jq '.hosts = ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"] | .tls = true | .tlsverify = true | .tlscacert = "{{Folder}}/ca.pem" | .tlscert = "{{Folder}}/server.pem" | .tlskey = "{{Folder}}/server-key.pem"' before.json >/etc/docker/daemon.json
            """);
        DockerHosts.Do("docker", "1", "restart");
        string files = DockerHosts.On(1, $"tar -C {Folder} -c ca.pem client.pem client-key.pem cert.pem key.pem | base64 -w 0");
        DockerHosts.On(2, $"mkdir -p {Folder} && base64 -d <<<{files} | tar -C {Folder} -x");
    }

    public void Dispose()
    {
        DockerHosts.Clean();
        DockerHosts.On(1, $"cp {Folder}/before.json /etc/docker/daemon.json && rm -r {Folder}");
        DockerHosts.On(2, $"rm -r {Folder}");
        DockerHosts.Do("docker", "1", "restart");
    }

    [Fact]
    public void Commands_are_carried_out_on_the_host_of_that_daemon()
    {
        DockerHosts.On(2, $"export {Remote}; weave launch && weave expose 10.2.1.1/24");
        Assert.Equal("weave", DockerHosts.On(1, "docker ps --format '{{.Names}}'"));
        Assert.Equal("", DockerHosts.On(2, "docker ps -a --format '{{.Names}}'"));
        Assert.Contains("(host1)", DockerHosts.On(2, $"{Remote} weave status"), StringComparison.Ordinal);
        Assert.Contains("10.2.1.1/24", DockerHosts.On(2, $"{Remote} weave ps"), StringComparison.Ordinal);
        DockerHosts.On(2, $"export {Remote}; weave hide 10.2.1.1/24 && weave reset");
        Assert.Equal("", DockerHosts.On(1, "docker ps -a --format '{{.Names}}'"));
    }

    [Fact]
    public void Neither_side_speaks_to_a_stranger()
    {
        Refused($"{Remote} DOCKER_HOST=tcp://{DockerHosts.AddressOf(1)}:2376", "certificate"); // which is for the name host1
        DockerHosts.On(2, $"cd {Folder} && rm cert.pem key.pem");
        Refused(Remote, "Cannot connect to the Docker daemon at tcp://host1:2376");
        DockerHosts.On(2, $"cd {Folder} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout /dev/null -out ca.pem 2>/dev/null");
        Refused(Remote, "certificate");
    }

    private static void Refused(string environment, string why)
    {
        Shell.Result result = DockerHosts.TryOn(2, $"{environment} weave launch");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }
}
