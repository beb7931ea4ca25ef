"""How alike two icons are, by the hash and the colours that ``native/core/src/icon.rs`` makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from finwatch.likeness.thresholds import ICON_BITS, ICON_COLOURS

_STOCK = (0xD450288FA52D1590, 0x1458411D14740541, 0x86491E2D6134E450, 0x3875D5595176C218)
"""Hashes of the icons that Android's project templates put into every new app: the robot of each generation. Unrelated
apps of the corpus carry them; sharing one says nothing."""
_STOCK_BITS = 6


@dataclass(frozen=True)
class IconLikeness:
    """A comparison of two icons."""

    score: float
    """0 … 1: the lesser of the shares of equal hash bits and of equal colour."""
    bits: int
    """Bits of the hashes that differ."""
    colours: float
    """Mean difference of the colours, 0 … 255."""
    stock: bool
    """It is an icon that comes with Android's tools."""

    @property
    def alike(self) -> bool:
        """The same picture to the eye, and one that somebody chose."""
        return self.bits <= ICON_BITS and self.colours <= ICON_COLOURS and not self.stock


def compare_icons(ours: tuple[str | None, str | None], theirs: tuple[str | None, str | None]) -> IconLikeness | None:
    """The likeness of two icons given as (hash, colours); ``None`` when one of them has no hash or no colours.

    A vector icon or a flat one has no hash: it cannot be compared, and that is not a likeness.
    """
    (our_hash, our_colours), (their_hash, their_colours) = ours, theirs
    if our_hash is None or their_hash is None or our_colours is None or their_colours is None:
        return None
    if len(our_colours) != len(their_colours):
        return None
    a, b = int(our_hash, 16), int(their_hash, 16)
    bits = (a ^ b).bit_count()
    parts = list(zip(bytes.fromhex(our_colours), bytes.fromhex(their_colours), strict=True))
    colours = sum(abs(x - y) for x, y in parts) / max(1, len(parts))
    return IconLikeness(
        score=round(min(1 - bits / 64, 1 - colours / 255), 4),
        bits=bits,
        colours=round(colours, 1),
        stock=any((a ^ known).bit_count() <= _STOCK_BITS for known in _STOCK),
    )
