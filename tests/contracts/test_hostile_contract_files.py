"""Contract files that are no text, or no files: exit status 2 and a sentence, never a traceback, never a wait."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sga_pipeline.cli import main
from tests.city_folder import write_city

FILES = ("city.yaml", "feeds/incidents.yaml", "feeds/offences.csv")
# The bytes of a file, spoilt; words the sentence must hold.
SPOILT: list[tuple[str, bytes, bytes, tuple[str, ...]]] = [
    ("city.yaml", b"Small", b"Sm\x1ball", ("control character", "[U+001B]", "city.yaml line 2")),
    ("city.yaml", b"Small", b'"Sm\\0all"', ("control character", "[U+0000]", "city.yaml line 2")),
    ("city.yaml", b"Small", b"Sm\xe9ll", ("not UTF-8", "city.yaml line 2", "Save it as UTF-8")),
    ("feeds/incidents.yaml", b"incidents", b"inc\x00dents", ("control character", "[U+0000]", "line 1")),
    ("feeds/incidents.yaml", b"Police incidents", b"Police\x07", ("control character", "[U+0007]", "line 2")),
    ("feeds/incidents.yaml", b"Police incidents", b"Polic\xeda", ("not UTF-8", "incidents.yaml line 2")),
    ("feeds/offences.csv", b"ROB", b"R\x00B", ("control character", "[U+0000]", "offences.csv line 3")),
    ("city.yaml", b"Small", "Sm\u202eall".encode(), ("control character", "[U+202E]", "city.yaml line 2")),
    ("feeds/incidents.yaml", b"title: P", "title: P\u200b".encode(), ("control character", "[U+200B]", "line 2")),
    ("feeds/offences.csv", b"ROB", "ROB\u2028".encode(), ("control character", "[U+2028]", "offences.csv line 3")),
    ("feeds/incidents.yaml", b"title: Police incidents", b"title: &a Police", ("anchors", "[a]", "line 2")),
    ("feeds/offences.csv", b"ROB", b"R\xf3B", ("not UTF-8", "offences.csv line 3")),
    ("feeds/offences.csv", b"ROB", b"R" * 200_000, ("cannot be read as CSV", "offences.csv line 3")),
    ("feeds/offences.csv", b"ROB,0401\n", b"\n", ("0 cells, not 2", "offences.csv line 3")),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), SPOILT)
def test_bytes_that_are_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, old: bytes, new: bytes, words: tuple[str, ...]
) -> None:
    city = write_city(tmp_path)
    written = (city / name).read_bytes()
    assert old in written
    (city / name).write_bytes(written.replace(old, new))
    _is_refused(city, capsys, *words)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (Path.mkdir, "a folder"),
        (os.mkfifo, "a pipe"),
        (lambda file: file.symlink_to("/dev/zero"), "a device or a socket"),
    ],
)
def test_what_is_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, make: Callable[[Path], object], kind: str
) -> None:
    city = write_city(tmp_path)
    (city / name).unlink()
    make(city / name)
    _is_refused(city, capsys, f"not a regular file [{kind}]", name)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_gigabytes_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    city = write_city(tmp_path)
    with (city / name).open("wb") as file:
        file.truncate(6_000_000_000)
    _is_refused(city, capsys, "too large for a contract [6,000,000,000 bytes]", name, "At most")


@pytest.mark.parametrize("name", FILES)
def test_a_link_to_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    city = write_city(tmp_path)
    (city / name).unlink()
    (city / name).symlink_to((city / name).name)
    _is_refused(city, capsys, str(city))


def test_a_name_no_file_can_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = write_city(tmp_path, {"file: offences.csv": f"file: {'x' * 300}"})
    _is_refused(city, capsys, "the mapping file does not exist", "incidents.yaml line")


def test_a_feed_that_is_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = write_city(tmp_path)
    (city / "feeds" / "incidents.yaml").write_text("- id\n- title\n", encoding="utf-8")
    _is_refused(city, capsys, "the file holds no keys [- id]", "incidents.yaml line 1", "id: my_feed")


@pytest.mark.parametrize("name", FILES)
def test_the_mark_some_editors_put_first_does_no_harm(tmp_path: Path, name: str) -> None:
    city = write_city(tmp_path)
    (city / name).write_bytes(b"\xef\xbb\xbf" + (city / name).read_bytes())
    assert main(["check", str(city)]) == 0


def test_a_format_may_have_a_control_character_as_its_delimiter(tmp_path: Path) -> None:
    assert main(["check", str(write_city(tmp_path, {"{kind: csv}": '{kind: csv, delimiter: "\\x01"}'}))]) == 0


def test_a_header_of_the_source_may_have_one_where_it_is_named(tmp_path: Path) -> None:
    assert main(["check", str(write_city(tmp_path, {"{from: lat,": '{from: "l\\x1bat",'}))]) == 0


def _is_refused(city: Path, capsys: pytest.CaptureFixture[str], *words: str) -> None:
    assert main(["check", str(city)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sga: ") and said.count("\n") == 1
    for one in words:
        assert one in said
