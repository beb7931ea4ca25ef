"""Every threshold of this stage, with the measurement it rests on.

Measured on the 58 packages of the shared corpus and the 22 of ``samples/`` (1,866 pairs of apps with different package
names for code, 242 pairs of one icon in two densities, 1,431 pairs of different icons).
"""

from __future__ import annotations

from typing import Final

NAME_ALIKE: Final = 0.85
"""From here two names are alike. Same spelling, look or sound scores 0.88 or more, one changed letter in ten 0.85;
工商银行 against 招商银行 scores 0.48."""

ICON_BITS: Final = 10
"""Icons are alike when at most so many of the 64 bits of their hashes differ. Of one icon in two densities 95 in 100
pairs lie within; of different apps only stock icons do, which are left out."""
ICON_COLOURS: Final = 16.0
"""… and when their mean colours (0 … 255) differ by no more than this. One icon in two densities: at most 9.2; pairs
that only look alike in grey (a button pressed and not pressed): 15 and more."""

CODE_COPY: Final = 0.80
"""Share of equal code from which one package is built from the other. Repackaged pairs: 0.95 and more; different apps
of the corpus: 0.37 at most; two releases of one app: 0.16 to 0.75, so a lower share says nothing against a release."""
