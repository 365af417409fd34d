"""Sources that answer page by page: asks until a protocol says there is no more, and keeps all pages, untouched, as one delivery."""

from __future__ import annotations

import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

from sga_pipeline.connectors.addresses import file_name, shown
from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.http_client import Ask, HttpClient
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.source import WebSource
from sga_pipeline.errors import PullError
from sga_pipeline.home import home_error

# A source that never says it is done is not asked for ever.
MAX_PAGES = 100_000
# The same pages are the same bytes, whenever they were fetched.
_EPOCH = (1980, 1, 1, 0, 0, 0)
Get = Callable[[Ask], Path]


class Paged(ABC):
    """A connector whose source gives its rows in pages."""

    def __init__(self, source: WebSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        self.web, self.form, self.sleep = source, form, sleep
        # What the delivery's manifest says of where it came from, and the name of its file.
        self.place, self.file_name = shown(source.address), file_name(source.address)

    @abstractmethod
    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        """Ask for one page after another; `get` gives the file that holds an answer. Raises PullError where an answer is a complaint."""

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        """One page is kept as it came, several in an archive that does not compress them."""
        found: list[Path] = []
        with HttpClient(self.web, self.form, self.sleep) as client:
            asked = 0

            def get(ask: Ask) -> Path:
                nonlocal asked
                asked += 1
                if asked > MAX_PAGES:
                    raise PullError("the source has no last page", "Check the address.", shown(self.web.address))
                target = into / f"page-{asked:06}"
                client.get(ask, target)
                return target

            found.extend(self.pages(get, period))
        return Fetched(self.keep(found, into), self.file_name, self.place)

    def keep(self, pages: list[Path], into: Path) -> Path:
        """The pages as one file."""
        return pages[0] if len(pages) == 1 else archived(pages, into / f"{self.file_name}.pages")


def archived(pages: list[Path], target: Path) -> Path:
    """Pages in one archive, in their order, each under its own name."""
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for page in pages:
                with (
                    archive.open(zipfile.ZipInfo(page.name, _EPOCH), "w", force_zip64=True) as out,
                    page.open("rb") as stream,
                ):
                    while block := stream.read(1 << 20):
                        out.write(block)
                page.unlink()
    except OSError as error:
        raise home_error(error, target) from None
    return target
