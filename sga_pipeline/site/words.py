"""The words of pages in their languages: English from contracts/catalogue/words.csv, translations from contracts/locale."""

from __future__ import annotations

from sga_pipeline.contracts.texts import texts_in
from sga_pipeline.errors import SgaError
from sga_pipeline.languages import NAMES, SOURCE
from sga_pipeline.paths import CONTRACTS

FILE = CONTRACTS / "catalogue" / "words.csv"


class Words:
    """The words of one language."""

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, word_id: str, **values: object) -> str:
        text = self._texts.get(word_id)
        if not text:
            raise SgaError("there is no such word", "Add it to the file.", word_id, FILE)
        return text.format(**values) if values else text

    def code(self, kind: str, code: str | None) -> str | None:
        """The word for a code of the data; a code nobody has translated stands for itself."""
        if code is None:
            return None
        return self._texts.get(f"{kind}_{code}") or code.replace("_", " ")


def read_words(language: str) -> Words:
    """Words of a language; one that is not translated is the English one."""
    return Words(language, texts_in(CONTRACTS, "words", language))


def page_languages(of_city: list[str]) -> list[str]:
    """The languages a city's pages are written in, the first of them in the page without a suffix."""
    known = [one for one in dict.fromkeys(of_city) if one in NAMES]
    return known if SOURCE in known else [*known, SOURCE]
