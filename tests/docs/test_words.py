"""One thing, one word: no file uses a word that the glossary says to avoid."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from tests.docs.words import PROJECT, Lists, files, find, read_glossary

LISTS = read_glossary()


def test_no_avoided_word_is_used() -> None:
    found = [
        f"{name}:{line or 1}: {phrase} (write: {instead})"
        for name in files()
        for line, phrase, instead in find(name, (PROJECT / name).read_text(encoding="utf-8"), LISTS)
    ]
    assert not found, f"{len(found)} words that docs/glossary.md says to avoid:\n" + "\n".join(found[:200])


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("models/a.sql", "select 1\n-- what is astray", [2]),
        ("models/astray_codes.sql", "", [0]),
        ("a.py", "HeldAgainst, held_against, HELD_AGAINST, held\nagainst", [1, 1, 1, 1]),
        ("a.py", "withheld, against; heldagainst; a_judgement", []),
        ("a.po", 'msgid "nought"\nmsgstr "nought"\n"nought"\n\nmsgid ""\n"nought"', [1, 6]),
        ("sga_pipeline/site/templates/a.css", "overflow: hidden", []),
        ("sga_pipeline/site/a.py", "hidden", [1]),
        ("contracts/a.csv", "of a hidden population\nis hidden", [2]),
        ("docs/glossary.md", "| zero | counted | nought |\n| nought | counted | |", [2]),
    ],
)
def test_an_avoided_word_is_found_however_it_is_joined(name: str, text: str, lines: list[int]) -> None:
    assert [line for line, _, _ in find(name, text, LISTS)] == lines


def test_every_other_use_is_a_use() -> None:
    """An exception for which no file has a use any more goes."""
    for words, place in LISTS.allowed:
        alone = Lists({words: ""}, [])
        texts = [(PROJECT / name).read_text(encoding="utf-8") for name in files() if fnmatch(name, place)]
        assert any(True for text in texts for _ in find("", text, alone)), (words, place)
