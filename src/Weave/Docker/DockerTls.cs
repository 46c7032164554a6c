using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weave.Docker;

/// <summary>Trust between us and a Docker daemon behind TCP: its authority, and our own certificate where there is one.</summary>
/// <remarks>Files and their meaning are those of the docker program: <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c> in one folder.</remarks>
public sealed class DockerTls
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly SslStreamCertificateContext? _own;

    private DockerTls(string folder)
    {
        _authorities.ImportFromPemFile(Path.Combine(folder, "ca.pem"));
        (string certificate, string key) = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        if (File.Exists(certificate) || File.Exists(key))
        {
            _own = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), additionalCertificates: null, offline: true);
        }
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="DockerException">They are missing or make no sense; the message says which folder.</exception>
    public static DockerTls Load(string folder)
    {
        try
        {
            return new DockerTls(folder);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new DockerException($"Cannot use the certificates for the Docker daemon in {folder}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Makes a connection safe. Only a certificate of the authority for this very host is taken.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The daemon has none.</exception>
    internal async Task<Stream> SecureAsync(Stream plain, string host, CancellationToken cancel)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        SslStream secure = new(plain, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy, ClientCertificateContext = _own }, cancel).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
