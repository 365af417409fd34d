"""YAML as a person would write it: plain where plain is safe, quoted where not, comments that stay comments."""

from __future__ import annotations

import json
import re
import textwrap

_PLAIN = re.compile(r"[A-Za-zÀ-ÿ_][A-Za-zÀ-ÿ0-9_/.() -]*")
_WORDS = {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}
WIDTH = 116


def scalar(text: str) -> str:
    """One value or key."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and text == text.strip() and not text.endswith("."):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        one if one.isprintable() else f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"
        for one in quoted
    )


def listed(texts: list[str]) -> str:
    return f"[{', '.join(scalar(text) for text in texts)}]"


def pairs(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{scalar(key)}: {scalar(value)}" for key, value in values.items()) + "}"


def tame(text: str, most: int = 400) -> str:
    """A text for a comment or the terminal: one line, nothing that moves a cursor."""
    return re.sub(r"\s+", " ", "".join(one if one.isprintable() else " " for one in text)).strip()[:most]


def comment(words: str, indent: str = "", mark: str = "guess") -> list[str]:
    """Lines of a comment; a guess is marked as one."""
    text = f"{mark}: {tame(words)}" if mark else tame(words)
    lines = textwrap.wrap(text, WIDTH - len(indent), break_long_words=True, break_on_hyphens=False)
    return [f"{indent}# {lines[0]}", *(f"{indent}#   {line}" for line in lines[1:])]
