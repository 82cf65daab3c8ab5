"""How much a package may be. The figures are those of the house (packages.md §3); tests take smaller ones."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bytes, counts and seconds of a processor that a package may take: a busy machine refuses nothing that a quiet one takes."""

    packed_bytes: int = 500 * MIB
    unpacked_bytes: int = 2048 * MIB
    ratio: int = 200
    ratio_from_bytes: int = 10 * MIB
    entries: int = 20_000
    listing_bytes: int = 16 * MIB
    path_bytes: int = 240
    path_levels: int = 20
    seconds: float = 900.0


USUAL = Limits()
