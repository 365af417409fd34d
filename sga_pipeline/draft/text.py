"""Texts made comparable, whatever their case, accents and punctuation, and word patterns tried on them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sga_pipeline.contracts.letters import without_strokes

# Words too common to say what an offence or a column is about.
EMPTY = frozenset(
    [
        "a",
        "al",
        "and",
        "as",
        "at",
        "by",
        "com",
        "con",
        "contra",
        "d",
        "da",
        "das",
        "de",
        "del",
        "des",
        "do",
        "dos",
        "du",
        "e",
        "el",
        "em",
        "en",
        "et",
        "for",
        "from",
        "i",
        "in",
        "in",
        "la",
        "las",
        "le",
        "les",
        "los",
        "na",
        "no",
        "o",
        "of",
        "on",
        "or",
        "os",
        "ou",
        "para",
        "par",
        "por",
        "pour",
        "que",
        "se",
        "sur",
        "the",
        "to",
        "un",
        "una",
        "und",
        "with",
        "y",
        "dla",
        "lub",
        "od",
        "oraz",
        "w",
        "we",
        "z",
        "ze",
        "в",
        "и",
        "на",
        "по",
        "с",
    ]
)


@lru_cache(maxsize=200_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text: small letters, no accents, split at everything else and where case changes (`areaName`)."""
    split = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", text)
    return tuple(re.findall(r"[a-z0-9а-яё]+", _bare(split)))


def plain(text: str) -> str:
    """A text as its words alone: names written differently become equal."""
    return " ".join(words_of(text))


@lru_cache(maxsize=20_000)
def _parts(term: str) -> tuple[str, ...]:
    return tuple(_bare(term).split("_"))


def _bare(text: str) -> str:
    """A text in small letters, without accents and strokes."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return without_strokes("".join(one for one in apart if not unicodedata.combining(one)))


def _fits(part: str, word: str) -> bool:
    if part.endswith("*"):
        return word.startswith(part[:-1])
    return word == part


def find(term: str, words: tuple[str, ...]) -> tuple[int, ...]:
    """Places of the words that a term matches, first match only; `a_b` are two words side by side, `a*` any ending."""
    parts = _parts(term)
    for start in range(len(words) - len(parts) + 1):
        if all(_fits(part, words[start + at]) for at, part in enumerate(parts)):
            return tuple(range(start, start + len(parts)))
    return ()
