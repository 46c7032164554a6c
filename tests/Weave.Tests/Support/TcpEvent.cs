using System.Net;

namespace Weave.Tests.Support;

/// <summary>Something that happened on a TCP connection of a capture.</summary>
/// <param name="At">Since the first packet.</param>
/// <param name="Kind">What.</param>
/// <param name="From">Whose packet showed it.</param>
/// <param name="To">The other end.</param>
/// <param name="Data">New bytes of the stream.</param>
internal sealed record TcpEvent(TimeSpan At, TcpEventKind Kind, IPEndPoint From, IPEndPoint To, byte[] Data);
