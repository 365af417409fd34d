"""Letters that carry a stroke, and the plain letters they are compared by: Unicode does not take a stroke off as it takes off an accent."""

from __future__ import annotations

STROKED = "łŁđĐøØħĦŧŦɨƗƀɃ"
BARE = "lLdDoOhHtTiIbB"
_TABLE = str.maketrans(STROKED, BARE)


def without_strokes(text: str) -> str:
    """Łódź becomes Lódź; accents are another matter."""
    return text.translate(_TABLE)
