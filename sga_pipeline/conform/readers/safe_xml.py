"""XML from outside, read so that it can do no harm: no document types, no entities, no endless nesting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from sga_pipeline.errors import DeliveryError

MAX_DEPTH = 100
_BLOCK = 1 << 16


class _Refused(Exception):
    pass


def elements(path: Path, names: frozenset[str]) -> Iterator[Element]:
    """Each element of these names with all that is in it, in order; names are without their namespace."""
    reader = _Reader(names)
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                reader.parser.Parse(block, False)
                yield from reader.take()
            reader.parser.Parse(b"", True)
            yield from reader.take()
    except (expat.ExpatError, _Refused, UnicodeError, LookupError, ValueError) as error:
        raise DeliveryError("this is not XML, or it is damaged", "Ask for it again.", f"{error}"[:120]) from None


class _Reader:
    """Builds the elements of some names alone, so that a large file needs little memory."""

    def __init__(self, names: frozenset[str]) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True
        self._names, self._depth, self._since = names, 0, 0
        self._builder: TreeBuilder | None = None
        self._done: list[Element] = []

    def take(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _doctype(self, *_: object) -> NoReturn:
        raise _Refused("it declares a document type, and so could declare entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"its elements are nested deeper than {MAX_DEPTH}")
        local = name.rpartition(" ")[2]
        if self._builder is None and local in self._names:
            self._builder, self._since = TreeBuilder(), self._depth
        if self._builder is not None:
            self._builder.start(local, attributes)

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _end(self, name: str) -> None:
        if self._builder is not None:
            self._builder.end(name.rpartition(" ")[2])
            if self._depth == self._since:
                self._done.append(self._builder.close())
                self._builder = None
        self._depth -= 1
