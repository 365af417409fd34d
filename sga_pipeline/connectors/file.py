"""Connector `file`: a file below the city's data folder, never outside it."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

from sga_pipeline.connectors.base import Fetched, Known
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.errors import PullError
from sga_pipeline.home import home_error


class FileMissing(PullError):
    """There is no such file, which for one period of many is a gap and not a fault."""


class FileConnector:
    """Copies from one folder."""

    def __init__(self, folder: Path | None, declared: DataFolder) -> None:
        self.folder, self.declared = folder, declared

    def fetch(self, address: str, into: Path, known: Known) -> Fetched | None:
        if self.folder is None:
            raise PullError(
                f"the folder of the city's files is not known: the variable {self.declared.env} is not set",
                f"Set {self.declared.env} to the folder that holds [{self.declared.folder}].", self.declared.env,
            )  # fmt: skip
        source = (self.folder / address).resolve()
        if not source.is_relative_to(self.folder.resolve()):
            raise PullError("the file lies outside the city's data folder", "Move it below that folder.", address)
        if not source.is_file():
            raise FileMissing(f"there is no file {address} in {self.folder}", self._hint(source), address)
        target = into / source.name
        try:
            shutil.copyfile(source, target)
        except PermissionError:
            raise PullError("the file cannot be read", "Correct its permissions.", source) from None
        except OSError as error:
            raise home_error(error, target) from None
        return Fetched(target, source.name, address)

    def _hint(self, source: Path) -> str:
        if not source.parent.is_dir():
            return f"The folder {source.parent} does not exist either. Correct the address or bring the data."
        near = difflib.get_close_matches(source.name, [one.name for one in source.parent.iterdir()], n=3, cutoff=0.6)
        return f"Was it renamed? There is {', '.join(near)}." if near else "Bring the file, or correct the address."
