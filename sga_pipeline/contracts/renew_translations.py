"""Renews the gettext catalogues from the English texts: keeps every translation, and marks those whose English text has changed."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from sga_pipeline.contracts.texts import (
    DOMAINS,
    Text,
    english_texts,
    read_translations,
    translation_file,
    translation_of,
)
from sga_pipeline.languages import TRANSLATED
from sga_pipeline.paths import CONTRACTS

# Neither a day nor a version of a tool: a file changes only where a text does.
HEADER = """\
# Translations of contracts/catalogue/{domain}.csv. After a change of an English text run `make texts`.
msgid ""
msgstr ""
"Project-Id-Version: SGA Pipeline\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
FUZZY = "fuzzy"


def renewed(texts: list[Text], before: Catalog) -> Catalog:
    """The texts in their order, each with the translation it had."""
    by_context = {message.context: message for message in before if message.id and message.context}
    by_english = {message.id: message for message in before if message.id}
    after = Catalog()
    for text in texts:
        same = before.get(text.english, text.context)
        # A renamed key keeps its translation; a reworded text keeps it for a translator to confirm.
        known = same or by_english.get(text.english) or by_context.get(text.context or "")
        message = Message(text.english, context=text.context)
        if known is not None and known.string:
            reworded = known.id != text.english
            message.string = known.string
            message.user_comments = known.user_comments
            message.flags |= {FUZZY} if known.fuzzy or reworded else set()
            message.previous_id = [str(known.id)] if reworded else known.previous_id if known.fuzzy else []
        # Babel takes a percent sign before a letter for a format of Python's; no text has one.
        message.flags.discard("python-format")
        after[text.english] = message
    return after


def as_file(catalog: Catalog, domain: str, language: str) -> str:
    """The catalogue as it is written: one message a paragraph, one text a line."""
    written = io.BytesIO()
    write_po(written, catalog, width=0, no_location=True, omit_header=True, include_previous=True)
    return HEADER.format(domain=domain, language=language) + written.getvalue().decode("utf-8").rstrip("\n") + "\n"


def is_fresh(texts: list[Text], before: Catalog) -> bool:
    """Whether a catalogue has exactly these texts. How a translator's tool lays out the file is its own affair."""
    return [(text.context, text.english) for text in texts] == [(one.context, one.id) for one in before if one.id]


def renew(contracts: Path, *, check: bool) -> int:
    """Exit status: 1 where catalogues are only looked at and one is not fresh."""
    stale = []
    for language in TRANSLATED:
        waiting = 0
        for domain in DOMAINS:
            file = translation_file(contracts, domain, language)
            texts, translations = english_texts(contracts, domain), read_translations(file)
            if not is_fresh(texts, translations):
                stale.append(str(file.relative_to(contracts.parent)))
            if not check:
                translations = renewed(texts, translations)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(as_file(translations, domain, language), encoding="utf-8")
            waiting += sum(translation_of(text, translations) is None for text in texts)
        if waiting:
            print(f"{language}: {waiting} texts wait for a translation and are shown in English")
    print(f"{'not fresh' if check else 'renewed'}: {', '.join(stale)}" if stale else "fresh")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(renew(CONTRACTS, check="--check" in sys.argv))
