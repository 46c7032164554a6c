using System.Buffers.Binary;
using System.Text;

namespace Weave.Docker;

/// <summary>What a program in a container wrote.</summary>
public sealed record DockerOutput(string Output, string Error)
{
    private const int HeaderSize = 8;
    private const byte StandardError = 2;

    /// <summary>Takes Docker's stream apart: stream number (1) | zero (3) | length (4, big-endian) | bytes, repeated.</summary>
    internal static async Task<DockerOutput> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        byte[] header = new byte[HeaderSize];
        byte[] chunk = new byte[16 * 1024];
        while (await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancel).ConfigureAwait(false) == HeaderSize)
        {
            MemoryStream target = header[0] == StandardError ? error : output;
            long left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            while (left > 0)
            {
                int read = await stream.ReadAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), cancel).ConfigureAwait(false);
                if (read == 0)
                {
                    break; // cut off: what is there is what we know
                }

                target.Write(chunk, 0, read);
                left -= read;
            }
        }

        return new DockerOutput(Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
