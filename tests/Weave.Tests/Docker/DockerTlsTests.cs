using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Weave.Docker;

namespace Weave.Tests.Docker;

/// <summary>Whom a client of a Docker daemon behind TLS trusts, and what it shows of itself.</summary>
public sealed class DockerTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weave-tls").FullName;
    private readonly X509Certificate2 _authority = Authority("CN=authority");

    public DockerTlsTests()
    {
        X509Certificate2 own = Issue(_authority, "CN=client", name: null);
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), _authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "cert.pem"), own.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_daemon_of_the_authority_is_spoken_to_and_sees_our_certificate() =>
        Assert.Equal("CN=client", await HandshakeAsync(Issue(_authority, "CN=daemon", "localhost")));

    [Fact]
    public async Task Without_a_certificate_of_our_own_the_daemon_sees_none()
    {
        File.Delete(Path.Combine(_folder, "cert.pem"));
        File.Delete(Path.Combine(_folder, "key.pem"));
        Assert.Null(await HandshakeAsync(Issue(_authority, "CN=daemon", "localhost")));
    }

    [Fact]
    public async Task A_daemon_of_another_authority_or_for_another_host_is_refused()
    {
        using X509Certificate2 stranger = Authority("CN=authority");
        await Assert.ThrowsAsync<AuthenticationException>(() => HandshakeAsync(Issue(stranger, "CN=daemon", "localhost")));
        await Assert.ThrowsAsync<AuthenticationException>(() => HandshakeAsync(Issue(_authority, "CN=daemon", "elsewhere.example")));
    }

    [Theory]
    [InlineData("ca.pem", null)]
    [InlineData("key.pem", null)]
    [InlineData("cert.pem", "nonsense")]
    [InlineData("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void Files_that_are_missing_or_make_no_sense_are_told_with_their_folder(string name, string? content)
    {
        string path = Path.Combine(_folder, name);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Assert.Contains(_folder, Assert.Throws<DockerException>(() => DockerTls.Load(_folder)).Message, StringComparison.Ordinal);
    }

    /// <returns>The subject of the certificate that the daemon saw.</returns>
    private async Task<string?> HandshakeAsync(X509Certificate2 daemon)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using TcpClient client = new();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient accepted = await listener.AcceptTcpClientAsync();
        await using SslStream server = new(accepted.GetStream());
        Task<string?> seen = ServeAsync(server, daemon);
        try
        {
            await using Stream secure = await DockerTls.Load(_folder).SecureAsync(client.GetStream(), "localhost", default);
            await secure.WriteAsync("x"u8.ToArray());
            return await seen;
        }
        catch (AuthenticationException)
        {
            client.Dispose();
            await Assert.ThrowsAnyAsync<Exception>(() => seen); // the daemon is not left waiting
            throw;
        }
    }

    private static async Task<string?> ServeAsync(SslStream server, X509Certificate2 daemon)
    {
        await server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = daemon,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        Assert.Equal(1, await server.ReadAsync(new byte[1]));
        return server.RemoteCertificate?.Subject;
    }

    private static X509Certificate2 Authority(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string subject, string? name)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        if (name is not null)
        {
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 bare = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-12), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
