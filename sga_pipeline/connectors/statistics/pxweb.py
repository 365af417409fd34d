"""Connector `pxweb`: a table of a PxWeb site, the way many statistical offices publish."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.connectors.pages import Get
from sga_pipeline.connectors.period_text import in_words_of
from sga_pipeline.connectors.portals.portal import Portal
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import PxwebSource

ALL = ["*"]
Selection = dict[str, list[str]]


class PxwebConnector(Portal):
    """Reads which values the table has, and asks for those the contract names: in one piece, or in several along one variable."""

    def __init__(self, source: PxwebSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, sleep=sleep)
        self.source = source

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        selection = self._selection(self._variables(get), period)
        for piece in self._pieces(selection):
            asked = [{"code": name, "selection": {"filter": "item", "values": codes}} for name, codes in piece.items()]
            body = {"query": asked, "response": {"format": "json-stat2"}}
            path, said = self.asked(get, self.site, body=body)
            self._check(said, piece)
            yield path

    def _variables(self, get: Get) -> dict[str, dict[str, Any]]:
        _, said = self.asked(get, self.site)
        try:
            return {one["code"]: {**one, "values": list(map(str, one["values"]))} for one in said["variables"]}
        except (TypeError, KeyError):
            raise self.error(
                "the address is not that of a table", "Give the address that ends with the table."
            ) from None

    def _selection(self, variables: dict[str, dict[str, Any]], period: str | None) -> Selection:
        asked = {name: list(codes) for name, codes in self.source.select.items()}
        period_variable = self.source.period_variable
        if period and period_variable and self.source.period_text:
            text = in_words_of(self.source.period_text, period)
            if text not in variables.get(period_variable, {"values": [text]})["values"]:
                raise FileMissing(f"the table has no {text} yet", "Ask again when it is published.", self.place)
            asked[period_variable] = [text]
        for name in asked:
            if name not in variables:
                raise self.error(f"the table has no variable {name}", f"It has {', '.join(variables)[:200]}.")
        for name, one in variables.items():
            if name not in asked and not one.get("elimination"):
                raise self.error(
                    f"the table also has the variable {name}", "Say under source.select which values are needed."
                )
        # In the table's own order, whatever that of the contract.
        return {name: self._codes(name, one["values"], asked[name]) for name, one in variables.items() if name in asked}

    def _codes(self, name: str, values: list[str], asked: list[str]) -> list[str]:
        if asked == ALL:
            return values
        known, chosen = set(values), set(asked)
        unknown = [code for code in asked if code not in known]
        if unknown:
            raise self.error(f"the variable {name} has no value {unknown[0]}", f"It has {', '.join(values)[:200]}.")
        return [code for code in values if code in chosen]

    def _pieces(self, selection: Selection) -> Iterator[Selection]:
        cells = math.prod(map(len, selection.values()))
        along = self.source.slice_by
        if cells <= self.source.max_cells:
            yield selection
            return
        size = self.source.max_cells * len(selection[along]) // cells if along else 0
        if along is None or size == 0:
            next_step = (
                "Select less, or say under source.slice_by along which variable (the longest) to ask piece by piece."
            )
            raise self.error(f"{cells} cells are asked for, more than the {self.source.max_cells} at once", next_step)
        codes = selection[along]
        for start in range(0, len(codes), size):
            yield selection | {along: codes[start : start + size]}

    def _check(self, said: Any, piece: Selection) -> None:
        sizes = said.get("size") if isinstance(said, dict) else None
        if not isinstance(sizes, list) or not all(type(size) is int for size in sizes):
            raise self.complaint(said)
        asked = math.prod(map(len, piece.values()))
        if math.prod(sizes) != asked:
            raise self.changed(f"{math.prod(sizes)} cells came where {asked} were asked for")
