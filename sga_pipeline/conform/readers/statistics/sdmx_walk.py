"""Walks through XML as it streams by, element after element; nothing is built up, and XML that declares entities or nests without end is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from sga_pipeline.errors import DeliveryError

# No SDMX message is nested deeper than a category in a category in a category.
MAX_DEPTH = 64
MAX_TEXT = 1_000_000
Attributes = dict[str, str]


class Walker(Protocol):
    """What is kept of each element: its name without prefix, and at its end the text directly in it."""

    def start(self, name: str, attributes: Attributes) -> None: ...
    def end(self, name: str, text: str) -> None: ...
    def stray(self, text: str) -> None:
        """Text before another element."""


def walk(blocks: Iterable[bytes], walker: Walker) -> None:
    """Call the walker for every element in turn; raises DeliveryError for XML that is broken, too deep, or declares entities."""
    reader = _Reader(walker)
    try:
        for block in blocks:
            reader.parser.Parse(block, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        place = f"{expat.ErrorString(error.code)}, line {error.lineno}"
        raise DeliveryError("this is not XML, or it is damaged or cut short", "Ask for it again.", place) from None
    except (LookupError, ValueError) as error:
        raise DeliveryError("the XML is in an unknown encoding", "Ask for UTF-8.", f"{error}"[:120]) from None


class _Reader:
    def __init__(self, walker: Walker) -> None:
        self.walker, self.depth = walker, 0
        self.text: list[str] = []
        self.length = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        # A document type is where entities come from, and SDMX has no use for one.
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise DeliveryError("the XML is nested without end", "Ask for a plain SDMX message.", f"depth {self.depth}")
        if stray := "".join(self.text).strip():
            self.walker.stray(stray)
        self.text, self.length = [], 0
        self.walker.start(local(name), attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        text, self.text, self.length = "".join(self.text).strip(), [], 0
        self.walker.end(local(name), text)

    def _characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise DeliveryError("a text in the XML has no end", "Ask for a plain SDMX message.", f"{self.length}")
        self.text.append(text)

    def _refuse_doctype(self, name: str, *_: object) -> None:
        raise DeliveryError("the XML declares a document type", "Ask for a plain SDMX message.", name[:60])


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def qualified(attributes: Attributes, name: str) -> str | None:
    """The attribute of that name, with whatever prefix or none."""
    return next((text for key, text in attributes.items() if local(key) == name), None)
