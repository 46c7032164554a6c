using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weave.Cli.Commands;

/// <summary>One question for A records, for <c>weave dns-lookup</c>.</summary>
internal static class DnsQuestion
{
    private const int HeaderSize = 12;
    private const ushort TypeA = 1;
    private const ushort ClassIn = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal static async Task<IReadOnlyList<IPAddress>> AskAsync(IPEndPoint server, string name, CancellationToken cancel)
    {
        using UdpClient client = new(server.AddressFamily);
        client.Connect(server);
        ushort id = (ushort)Random.Shared.Next(ushort.MaxValue);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        try
        {
            await client.SendAsync(Question(id, name), deadline.Token).ConfigureAwait(false);
            while (true)
            {
                UdpReceiveResult answer = await client.ReceiveAsync(deadline.Token).ConfigureAwait(false);
                if (answer.Buffer.Length >= HeaderSize && BinaryPrimitives.ReadUInt16BigEndian(answer.Buffer) == id)
                {
                    return Addresses(answer.Buffer);
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandException($"no answer from weaveDNS at {server}");
        }
    }

    internal static byte[] Question(ushort id, string name)
    {
        List<byte> message = [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]; // recursion desired, one question
        foreach (string label in name.TrimEnd('.').Split('.'))
        {
            byte[] raw = Encoding.ASCII.GetBytes(label);
            message.Add(raw.Length is > 0 and < 64 ? (byte)raw.Length : throw new CommandException($"\"{name}\" is not a name"));
            message.AddRange(raw);
        }

        message.AddRange([0, 0, (byte)TypeA, 0, (byte)ClassIn]);
        return [.. message];
    }

    /// <summary>A records of the answer section; what is malformed ends the list.</summary>
    internal static List<IPAddress> Addresses(ReadOnlySpan<byte> message)
    {
        List<IPAddress> found = [];
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int at = HeaderSize;
        for (int i = 0; i < questions && at >= 0; i++)
        {
            at = SkipName(message, at) is var end and >= 0 ? end + 4 : -1;
        }

        for (int i = 0; i < answers && at >= 0; i++)
        {
            at = SkipName(message, at);
            const int Fixed = 10; // type, class, TTL, length
            if (at < 0 || at + Fixed > message.Length)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (at + Fixed + length > message.Length)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16BigEndian(message[at..]) == TypeA && length == 4)
            {
                found.Add(new IPAddress(message.Slice(at + Fixed, length)));
            }

            at += Fixed + length;
        }

        return found;
    }

    private static int SkipName(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length)
        {
            int length = message[at];
            if (length >= 0xC0)
            {
                return at + 2; // a pointer ends a name
            }

            at += 1 + length;
            if (length == 0)
            {
                return at;
            }
        }

        return -1;
    }
}
