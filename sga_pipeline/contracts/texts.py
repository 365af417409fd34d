"""Texts for people in four languages: English from contracts/catalogue, translations from the gettext catalogues of contracts/locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from sga_pipeline.contracts.csv_rows import Row, read_rows
from sga_pipeline.errors import ContractError, Problem
from sga_pipeline.languages import LANGUAGES, SOURCE, TRANSLATED

# A domain is a file of English texts: its key column, and the columns that hold texts. Terms are their own key.
DOMAINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "statements": ("rule_id", ("statement", "recommendation")),
    "reasons": ("reason_code", ("text",)),
    "terms": ("text", ("text",)),
    "words": ("word_id", ("text",)),
}


@dataclass(frozen=True)
class Text:
    """An English text and where it was read."""

    domain: str
    key: str
    english: str
    row: Row

    @property
    def context(self) -> str | None:
        """What sets apart equal English texts that may need different translations (`msgctxt` in gettext)."""
        return None if self.domain == "terms" else self.key


def english_texts(contracts: Path, domain: str) -> list[Text]:
    """Every text of a domain, in the order of its file."""
    key, columns = DOMAINS[domain]
    return [
        Text(domain, row[key] if len(columns) == 1 else f"{row[key]}.{column}", row[column], row)
        for row in read_rows(contracts / "catalogue" / f"{domain}.csv")
        for column in columns
    ]


def translation_file(contracts: Path, domain: str, language: str) -> Path:
    return contracts / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def read_translations(file: Path) -> Catalog:
    """A gettext catalogue; an empty one where nobody has translated anything yet."""
    if not file.is_file():
        return Catalog()
    try:
        with file.open("rb") as stream:
            return read_po(stream, charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        raise _unreadable(file, error.line, error.lineno + 1) from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, type(error).__name__) from None


def translation_of(text: Text, translations: Catalog) -> Message | None:
    """The translation of this very text: not one of an earlier wording, and none that a translator has yet to confirm."""
    found = translations.get(text.english, text.context)
    return found if found is not None and found.string and not found.fuzzy else None


def texts_in(contracts: Path, domain: str, language: str) -> dict[str, str]:
    """Texts of a domain by key, in English where there is no translation."""
    texts = english_texts(contracts, domain)
    if language == SOURCE:
        return {text.key: text.english for text in texts}
    translations = read_translations(translation_file(contracts, domain, language))
    found = {text.key: translation_of(text, translations) for text in texts}
    return {text.key: str(one.string) if (one := found[text.key]) else text.english for text in texts}


def text_rows(contracts: Path) -> Iterator[dict[str, str]]:
    """Every text in every language, as the warehouse reads them."""
    for domain in DOMAINS:
        for language in LANGUAGES:
            for key, text in texts_in(contracts, domain, language).items():
                yield {"domain": domain, "key": key, "language": language, "text": text}


def check_texts(contracts: Path) -> Iterator[Problem]:
    """Texts that are empty, and translations that ask for other figures than the English text."""
    for domain in DOMAINS:
        texts = english_texts(contracts, domain)
        for text in texts:
            if not text.english:
                yield Problem("the text is missing", "Write it in English.", text.key, text.row.file, text.row.line)
        for language in TRANSLATED:
            file = translation_file(contracts, domain, language)
            translations = read_translations(file)
            for text in texts:
                found = translation_of(text, translations)
                if found and (odd := _placeholders(str(found.string)) ^ _placeholders(text.english)):
                    message = f"the translation of {text.key} asks for other figures than in English"
                    yield Problem(message, "Bring them together.", min(odd), file, found.lineno)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def _unreadable(file: Path, message: str, line: int | None = None) -> ContractError:
    step = "Correct it, or take it from the last commit and run `make texts`."
    return ContractError([Problem("this is not a gettext catalogue", step, message, file, line)])
