"""The languages of texts and pages. English is the source; the others are translated from it."""

from __future__ import annotations

SOURCE = "en"
NAMES = {"en": "English", "es": "Español", "fr": "Français", "ru": "Русский"}
LANGUAGES = tuple(NAMES)
TRANSLATED = tuple(one for one in LANGUAGES if one != SOURCE)
