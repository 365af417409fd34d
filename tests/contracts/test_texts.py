"""Texts in four languages: every text of the project is translated; a changed text is shown in English until a translator has seen it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sga_pipeline.contracts.renew_translations import renew
from sga_pipeline.contracts.texts import (
    DOMAINS,
    check_texts,
    english_texts,
    read_translations,
    text_rows,
    texts_in,
    translation_file,
    translation_of,
)
from sga_pipeline.errors import ContractError
from sga_pipeline.languages import LANGUAGES, TRANSLATED
from sga_pipeline.paths import CONTRACTS

ENGLISH = "Begin with these; a line needed every few years counts once."
SPANISH = "Empiece por estos. Lo que se necesita cada varios años cuenta una vez en ese tiempo."
KEY = "category_holes.recommendation"


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """The texts alone, to be changed."""
    for folder in ("catalogue", "locale"):
        shutil.copytree(CONTRACTS / folder, tmp_path / "contracts" / folder)
    return tmp_path / "contracts"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(domain: str, language: str) -> None:
    translations = read_translations(translation_file(CONTRACTS, domain, language))
    texts = english_texts(CONTRACTS, domain)
    assert [one.key for one in texts if translation_of(one, translations) is None] == []
    assert len({one.key for one in texts}) == len(texts)


def test_a_word_has_the_same_blanks_as_often_in_every_language() -> None:
    blanks = {
        language: {
            key: sorted(re.findall(r"{\w+}", text)) for key, text in texts_in(CONTRACTS, "words", language).items()
        }
        for language in LANGUAGES
    }
    assert all(found == blanks["en"] for found in blanks.values())


def test_catalogues_are_fresh_and_ask_for_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(check_texts(CONTRACTS)) == []
    assert renew(CONTRACTS, check=True) == 0
    assert capsys.readouterr().out == "fresh\n"


def test_the_warehouse_gets_every_text_in_every_language() -> None:
    rows = list(text_rows(CONTRACTS))
    assert {row["language"] for row in rows if row["domain"] == "reasons"} == set(LANGUAGES)
    assert len({(row["domain"], row["key"], row["language"]) for row in rows}) == len(rows)
    assert all(row["text"].strip() for row in rows)


def test_a_changed_text_is_english_until_a_translator_confirms_it(
    contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(contracts / "catalogue" / "statements.csv", ENGLISH, "Begin with these three.")
    spanish = translation_file(contracts, "statements", "es")
    assert texts_in(contracts, "statements", "es")[KEY] == "Begin with these three."
    assert renew(contracts, check=True) == 1
    assert "not fresh: contracts/locale/es" in capsys.readouterr().out
    assert renew(contracts, check=False) == 0
    assert "es: 1 texts wait for a translation" in capsys.readouterr().out
    # Renewed, the old translation is kept and marked; the English text is shown until the mark is gone.
    written = spanish.read_text(encoding="utf-8")
    assert (
        f'#, fuzzy\n#| msgid "{ENGLISH}"\nmsgctxt "{KEY}"\nmsgid "Begin with these three."\nmsgstr "{SPANISH}"'
        in written
    )
    assert texts_in(contracts, "statements", "es")[KEY] == "Begin with these three."
    assert renew(contracts, check=True) == 0
    replace(spanish, "#, fuzzy\n", "")
    assert texts_in(contracts, "statements", "es")[KEY] == SPANISH


def test_a_renamed_rule_keeps_its_translations_and_a_note_of_the_translator(contracts: Path) -> None:
    spanish = translation_file(contracts, "statements", "es")
    replace(spanish, f'msgctxt "{KEY}"', f'# as the ministry says\nmsgctxt "{KEY}"')
    replace(contracts / "catalogue" / "statements.csv", "category_holes,G02", "category_incomplete,G02")
    renew(contracts, check=False)
    assert texts_in(contracts, "statements", "es")["category_incomplete.recommendation"] == SPANISH
    assert '# as the ministry says\nmsgctxt "category_incomplete.recommendation"' in spanish.read_text(encoding="utf-8")


def test_a_language_without_catalogues_is_english(contracts: Path) -> None:
    shutil.rmtree(contracts / "locale" / "ru")
    assert texts_in(contracts, "words", "ru") == texts_in(contracts, "words", "en")
    assert renew(contracts, check=False) == 0
    assert translation_file(contracts, "words", "ru").is_file()


def test_a_broken_catalogue_is_an_error_with_file_and_line(contracts: Path) -> None:
    replace(translation_file(contracts, "words", "fr"), 'msgid "Languages"', "Languages")
    with pytest.raises(ContractError, match=r"not a gettext catalogue .*fr/LC_MESSAGES/words\.po line \d+"):
        texts_in(contracts, "words", "fr")
