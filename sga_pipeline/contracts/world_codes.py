"""Codes that the whole world shares: countries (ISO 3166), currencies (ISO 4217) and languages (ISO 639), as Babel lists them."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies
from pydantic import AfterValidator, Field

# Codes that ISO 3166 leaves to users, for places that are no country: made-up ones of tests and examples.
_OF_USERS = re.compile("AAA|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]")
# Codes that ISO 4217 keeps for tests and for what has no currency.
_NO_MONEY = frozenset({"XTS", "XXX"})


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in get_global("territory_aliases") if re.fullmatch("[A-Z]{3}", code))


@cache
def _languages() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").languages if len(str(code)) == 2)


def _country(code: str) -> str:
    if code not in _countries() and not _OF_USERS.fullmatch(code):
        raise ValueError("no country has this code in ISO 3166 (three letters, as COL)")
    return code


def _currency(code: str) -> str:
    if code not in list_currencies() and code not in _NO_MONEY:
        raise ValueError("no currency has this code in ISO 4217 (three letters, as COP)")
    return code


def _language(code: str) -> str:
    if code not in _languages():
        raise ValueError("no language has this code in ISO 639 (two letters, as es)")
    return code


Country = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_country)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_currency)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$"), AfterValidator(_language)]
