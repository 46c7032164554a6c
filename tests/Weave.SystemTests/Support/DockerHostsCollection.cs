namespace Weave.SystemTests.Support;

[CollectionDefinition(DockerHosts.Name)]
public sealed class DockerHostsCollection : ICollectionFixture<DockerHosts>;
