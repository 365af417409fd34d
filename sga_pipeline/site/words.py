"""The words of pages in their languages, from contracts/catalogue/words.csv."""

from __future__ import annotations

from pathlib import Path

from sga_pipeline.contracts.catalogue import read_rows
from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS

FILE = CONTRACTS / "catalogue" / "words.csv"
NAMES = {"en": "English", "es": "Español", "fr": "Français", "ru": "Русский"}
LANGUAGES = tuple(NAMES)


class Words:
    """The words of one language."""

    def __init__(self, language: str, texts: dict[str, str], file: Path = FILE) -> None:
        self.language = language
        self._texts = texts
        self._file = file

    def __call__(self, word_id: str, **values: object) -> str:
        text = self._texts.get(word_id)
        if not text:
            raise SgaError(f"there is no word in the language {self.language}", "Add it.", word_id, self._file)
        return text.format(**values) if values else text

    def code(self, kind: str, code: str | None) -> str | None:
        """The word for a code of the data; a code nobody has translated stands for itself."""
        if code is None:
            return None
        return self._texts.get(f"{kind}_{code}") or code.replace("_", " ")


def read_words(language: str, file: Path = FILE) -> Words:
    return Words(language, {row["word_id"]: row[language] for row in read_rows(file)}, file)


def page_languages(of_city: list[str]) -> list[str]:
    """The languages a city's pages are written in, the first of them in the page without a suffix."""
    spoken = [one for one in dict.fromkeys(of_city) if one in NAMES]
    return spoken if "en" in spoken else [*spoken, "en"]
