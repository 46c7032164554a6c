using System.Net;

namespace Weave.Tests.Support;

/// <summary>One TCP connection of a capture: what each side sent.</summary>
internal sealed record TcpConversation(IPEndPoint Dialler, IPEndPoint Acceptor, byte[] FromDialler, byte[] FromAcceptor);
