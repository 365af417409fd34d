"""The file connector: never outside the data folder, never half a file, and help where one is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

import pytest

from sga_pipeline.connectors.connector import FileMissing, Known
from sga_pipeline.connectors.stores.file import FileConnector
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.contracts.sources.files import FileSource
from sga_pipeline.errors import PullError, SgaError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "police").mkdir(parents=True)
    (folder / "police" / "incidents_2023.csv").write_bytes(b"id\n1\n")
    (tmp_path / "into").mkdir()
    (tmp_path / "secret.csv").write_bytes(b"secret")
    return folder


def connector(folder: Path | None, address: str = "a.csv") -> FileConnector:
    return FileConnector(
        FileSource(connector="file", address=address), folder, DataFolder(folder="city", env="CITY_DATA")
    )


def test_the_file_is_copied_as_it_is(data: Path, tmp_path: Path) -> None:
    fetched = connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", Known())
    assert fetched is not None and fetched.path.read_bytes() == b"id\n1\n" and fetched.path.parent == tmp_path / "into"
    assert (fetched.file_name, fetched.address) == ("incidents_2023.csv", "police/incidents_2023.csv")


def test_a_missing_file_is_named_with_what_lies_there_instead(data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"Was it renamed\? There is incidents_2023.csv") as raised:
        connector(data, "police/incidents2023.csv").fetch(None, tmp_path / "into", Known())
    assert str(data) in str(raised.value) and not raised.value.transient
    with pytest.raises(FileMissing, match="does not exist either"):
        connector(data, "polise/incidents_2023.csv").fetch(None, tmp_path / "into", Known())


def test_nothing_outside_the_folder_is_read(data: Path, tmp_path: Path) -> None:
    (data / "link.csv").symlink_to(tmp_path / "secret.csv")
    (data / "up").symlink_to(tmp_path)
    absolute = str(tmp_path / "secret.csv")
    for address in ("link.csv", "up/secret.csv", "../secret.csv", absolute, "police/../../secret.csv"):
        with pytest.raises(PullError, match="outside the city's data folder"):
            connector(data, address).fetch(None, tmp_path / "into", Known())
    (data / "inside.csv").symlink_to(data / "police" / "incidents_2023.csv")
    assert connector(data, "inside.csv").fetch(None, tmp_path / "into", Known())


def test_a_folder_nobody_named_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PullError, match="Set CITY_DATA"):
        connector(None, "a.csv").fetch(None, tmp_path, Known())


def test_what_is_no_file_is_refused(data: Path, tmp_path: Path) -> None:
    os.mkfifo(data / "pipe.csv")
    for address in ("pipe.csv", "police"):
        with pytest.raises(PullError, match="not a file"):
            connector(data, address).fetch(None, tmp_path / "into", Known())


def test_an_untouched_file_is_not_read_again_and_a_touched_one_is(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = data / "police" / "incidents_2023.csv"
    young = connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", Known())
    assert young is not None and young.etag is None, "a file written this moment may change within the clock's grain"
    later = file.stat().st_ctime + 60
    monkeypatch.setattr("sga_pipeline.connectors.stores.file.time.time", lambda: later)
    first = connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", Known())
    assert first is not None and first.etag is not None
    known = Known(first.etag)
    assert connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", known) is None
    times = file.stat()
    file.write_bytes(b"id\n2\n")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    again = connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", known)
    assert again is not None and again.path.read_bytes() == b"id\n2\n", "same size and date, other content"


def test_a_file_still_being_written_is_left_for_later(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, copy = data / "police" / "incidents_2023.csv", shutil.copyfileobj

    def copy_while_it_grows(source: BinaryIO, target: BinaryIO, length: int) -> None:
        copy(source, target, length)
        with file.open("ab") as stream:
            stream.write(b"2\n")

    monkeypatch.setattr("sga_pipeline.connectors.stores.file.shutil.copyfileobj", copy_while_it_grows)
    with pytest.raises(PullError, match="changed while it was read") as raised:
        connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", Known())
    assert raised.value.transient


def test_a_full_disk_stops_the_run(data: Path, tmp_path: Path) -> None:
    (tmp_path / "into" / "incidents_2023.csv").symlink_to("/dev/full")
    with pytest.raises(SgaError, match="the disk is full") as raised:
        connector(data, "police/incidents_2023.csv").fetch(None, tmp_path / "into", Known())
    assert not isinstance(raised.value, PullError)
