using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>One thing to put right. A closed set.</summary>
/// <param name="Piece">What is not as it has to be.</param>
/// <param name="Name">The name that its link has at present.</param>
/// <param name="What">In words: how it was found, and what is done.</param>
public abstract record PieceStep(Piece Piece, string Name, string What)
{
    public sealed record Make(Piece Piece) : PieceStep(Piece, Piece.Name, $"{Piece.Name} was gone and has been made again");

    public sealed record Change(Piece Piece, string Name, LinkChange To, string What) : PieceStep(Piece, Name, What);

    public sealed record Set(Piece Piece, string Name, string Key, string Value, string What) : PieceStep(Piece, Name, What);

    public sealed record Attach(Piece Piece, string Name, string Program)
        : PieceStep(Piece, Name, $"program {Program} was gone from {Name} and has been attached again");

    public sealed record Redirect(Piece Piece, string Name)
        : PieceStep(Piece, Name, $"{Name} led nowhere and has been joined to {Piece.RedirectTo} again");
}
