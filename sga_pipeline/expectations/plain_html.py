"""Makes a rendered page plain: listed elements are kept, everything else is dropped (ADR 20)."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_KEPT = {
    "div",
    "p",
    "span",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "code",
    "pre",
}
# The main heading of a page is ours; those of the rendered page follow below it.
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h2", "h4": "h2", "h5": "h2", "h6": "h3"}
_DROPPED = {"script", "style", "nav", "footer", "head", "button", "label", "svg", "iframe", "noscript"}
# The side bar filters by script; collapsed parts say when the suite ran, and by which version.
_DROPPED_CLASSES = {"col-lg-2", "collapse"}
_VOID = {"br", "img", "input", "meta", "link", "hr"}
_ICONS = {
    "fa-check-circle": ("holds", "holds"),
    "fa-times": ("fails", "fails"),
    "fa-exclamation-triangle": ("errored", "errored"),
}


def plain(page: str) -> str:
    """The content of a page without scripts, styles, pictures, links or attributes: nothing in it can send a request."""
    parser = _Plain()
    parser.feed(page)
    parser.close()
    return "".join(parser.out)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._dropped: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        hidden = (
            tag in _DROPPED
            or bool(classes & _DROPPED_CLASSES)
            or "hidden" in given
            or given.get("data-toggle") == "collapse"
        )
        if self._dropped or hidden:
            if tag not in _VOID:
                self._dropped.append(tag)
        elif tag == "i":
            # Outside a table the word is next to the icon already.
            self.out += (
                []
                if not self._in_cell
                else [f'<span class="{name}">{word}</span>' for icon, (name, word) in _ICONS.items() if icon in classes]
            )
        elif tag == "th":
            self.out.append('<th scope="col">')
        elif name := _HEADINGS.get(tag, tag if tag in _KEPT else None):
            self._in_cell = self._in_cell or tag == "td"
            self.out.append(f"<{name}>")

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped:
                while self._dropped.pop() != tag:
                    pass
        elif (name := _HEADINGS.get(tag, tag if tag in _KEPT else None)) and tag not in _VOID:
            self._in_cell = self._in_cell and tag != "td"
            self.out.append(f"</{name}>")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.out.append(escape(re.sub(r"\s+", " ", data), quote=False))
