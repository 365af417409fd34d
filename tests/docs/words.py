"""Finds the words that the glossary says to avoid: in names, comments, docs, messages and texts of pages."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Set
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
GLOSSARY = "docs/glossary.md"
READ = {".py", ".sql", ".yml", ".yaml", ".md", ".csv", ".j2", ".css", ".js", ".toml", ".po", ".txt", ".json", ""}
# The change log names what was renamed, the licence is not ours to word, and the test of this file needs examples.
LEFT_OUT = ("CHANGELOG.md", "LICENSE", "*.lock", "tests/docs/test_words.py")
LONGEST = 4
# A word ends where letters end, and inside a name before a capital letter.
WORD = re.compile(r"[A-Z][A-Z0-9]*(?![a-z])|[A-Z]?[a-z][a-z0-9]*")


@dataclass(frozen=True)
class Lists:
    """Phrases to avoid, each as its words, and for each phrase the files in which it stays."""

    avoided: dict[tuple[str, ...], str]
    allowed: list[tuple[tuple[str, ...], str]]


def split(text: str) -> tuple[str, ...]:
    return tuple(one.lower() for one in WORD.findall(text))


def read_glossary(project: Path = PROJECT) -> Lists:
    """The glossary's column "avoid" (with the word to write instead) and its list of other uses."""
    text = (project / GLOSSARY).read_text(encoding="utf-8")
    terms, uses = _table(text, "| word | meaning | avoid |"), _table(text, "| words | in | because |")
    avoided: dict[tuple[str, ...], str] = {}
    for word, _, phrases in terms:
        for phrase in filter(None, map(str.strip, phrases.split(","))):
            words = split(phrase)
            avoided[words] = f"{avoided[words]} or {word}" if words in avoided else word
    allowed = [
        (split(phrase), place.strip())
        for phrases, places, _ in uses
        for phrase in phrases.split(",")
        for place in places.split(",")
    ]
    return Lists(avoided, allowed)


def _table(text: str, head: str) -> list[list[str]]:
    lines = text.split(f"{head}\n", 1)[1].splitlines()[1:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def files(project: Path = PROJECT) -> list[str]:
    """The project's own files, as git knows them, and new ones not yet added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout.splitlines()
    return [one for one in sorted(set(names)) if (project / one).is_file() and is_read(one)]


def is_read(name: str) -> bool:
    return Path(name).suffix in READ and not any(fnmatch(name, one) for one in LEFT_OUT)


def find(place: str, text: str, lists: Lists) -> Iterator[tuple[int, str, str]]:
    """Line, phrase and what to write instead, for each avoided phrase of a file and its name (line 0)."""
    if place == GLOSSARY:
        text = _without_lists(text)
    if place.endswith(".po"):
        text = _english(text)
    staying = {words for words, files in lists.allowed if fnmatch(place, files)}
    lines = [one for n, line in enumerate(text.splitlines(), 1) for one in _numbered(line, n)]
    for words in (_numbered(place, 0), lines):
        position = 0
        while position < len(words):
            ahead = tuple(word for _, word in words[position : position + LONGEST])
            phrase = _longest(ahead, staying | lists.avoided.keys())
            if phrase and phrase not in staying:
                yield words[position][0], " ".join(phrase), lists.avoided[phrase]
            position += len(phrase) or 1


def _longest(words: tuple[str, ...], phrases: Set[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest of some phrases with which the words begin; empty where there is none."""
    return next((words[:n] for n in range(len(words), 0, -1) if words[:n] in phrases), ())


def _numbered(text: str, number: int) -> list[tuple[int, str]]:
    return [(number, word) for word in split(text)]


def _without_lists(text: str) -> str:
    """The glossary's lists of avoided words are no use of them."""
    return re.sub(r"^(\|[^|]*\|[^|]*)\|[^|]*\|$", r"\1|", re.sub(r"\| words \| in.*", "", text, flags=re.S), flags=re.M)


def _english(text: str) -> str:
    """A message catalogue without its translations; its lines keep their numbers."""
    lines, is_translated = [], False
    for line in text.splitlines():
        is_translated = line.startswith("msgstr") or (is_translated and line.startswith('"'))
        lines.append("" if is_translated else line)
    return "\n".join(lines)
