"""Delimited text of every encoding, line end and packing; and what damage does to each."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from sga_pipeline.errors import DeliveryError
from tests.readers.opening import opened

LATIN = [("a", "b"), ("Ñuñoa", "Größe"), ("x;y", "1,5")]
RUSSIAN = [("a", "b"), ("Москва", "улица"), ("x", "2")]


def text_of(rows: list[tuple[str, str]], end: str, delimiter: str = ",") -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + end for row in rows)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "mark", "rows"),
    [
        ("utf-8", b"", LATIN),
        ("utf-8", codecs.BOM_UTF8, LATIN),
        ("mac-roman", b"", LATIN),
        ("cp1252", b"", LATIN),
        ("cp850", b"", LATIN),
        ("cp1251", b"", RUSSIAN),
        ("koi8-r", b"", RUSSIAN),
        ("utf-16", b"", RUSSIAN),
        ("utf-16-le", b"", RUSSIAN),
        ("utf-16-be", b"", RUSSIAN),
        ("utf-16-le", codecs.BOM_UTF16_LE, RUSSIAN),
        ("utf-16-be", codecs.BOM_UTF16_BE, LATIN),
    ],
)
def test_every_encoding_and_line_end(
    tmp_path: Path, encoding: str, mark: bytes, rows: list[tuple[str, str]], end: str, delimiter: str
) -> None:
    file = tmp_path / "text"
    file.write_bytes(mark + text_of(rows, end, delimiter).encode(encoding))
    header, found = opened(file, kind="csv", encoding=encoding, delimiter=delimiter)
    assert [header, *found] == rows


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_bytes(b"a,b\r1,2\r3,4")
    assert opened(file, kind="csv") == (("a", "b"), [("1", "2"), ("3", "4")])


def packed(content: bytes, how: str) -> bytes:
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("rows.csv", content)
        return out.getvalue()
    return {"gzip": gzip.compress, "bz2": bz2.compress}[how](content)


CONTENT = ("a,b\n" + "".join(f"{n},{n * n % 9973}\n" for n in range(3000))).encode()


@pytest.mark.parametrize("how", ["gzip", "bz2", "zip"])
def test_packed(tmp_path: Path, how: str) -> None:
    file = tmp_path / "packed"
    file.write_bytes(packed(CONTENT, how))
    header, rows = opened(file, kind="csv", compression=how)
    assert header == ("a", "b")
    assert rows == [(str(n), str(n * n % 9973)) for n in range(3000)]


@pytest.mark.parametrize("how", ["gzip", "bz2", "zip"])
def test_a_flipped_bit_never_gives_other_rows(tmp_path: Path, how: str) -> None:
    """One bit of every 97th byte: refused, or harmless (a time, a name) with every row as it was."""
    whole = packed(CONTENT, how)
    file = tmp_path / "packed"
    file.write_bytes(whole)
    right = opened(file, kind="csv", compression=how)
    refused = 0
    for place in range(0, len(whole), 97):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert opened(file, kind="csv", compression=how) == right, place
        except DeliveryError:
            refused += 1
    assert refused > 0.95 * len(range(0, len(whole), 97))


@pytest.mark.parametrize("how", ["gzip", "bz2", "zip"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_file_is_refused(tmp_path: Path, how: str, share: float) -> None:
    file = tmp_path / "packed"
    whole = packed(CONTENT, how)
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DeliveryError, match=r"damaged|cut short"):
        opened(file, kind="csv", compression=how)


def made_zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_the_one_file_of_a_zip_is_named(tmp_path: Path) -> None:
    file = made_zip(tmp_path / "z", readme=b"not rows", data__2022=b"a\n1\n", data__2023=b"a\n2\n")
    assert opened(file, kind="csv", compression="zip", member="*/2023") == (("a",), [("2",)])
    with pytest.raises(DeliveryError, match="2 files of the ZIP match"):
        opened(file, kind="csv", compression="zip", member="data/*")
    with pytest.raises(DeliveryError, match=r"no such file.*data/2022"):
        opened(file, kind="csv", compression="zip", member="*.csv")


def test_files_of_a_zip_are_appended_in_name_order(tmp_path: Path) -> None:
    """Each with its own letterhead and footer, each without its header; a file that ends without a line end too."""
    members = {"c": b"Office\na,b\n5,6\nend", "a": b"Office\r\na,b\r\n1,2\r\nend\r\n", "b": b"Office\ra,b\r3,4\rend\r"}
    file = made_zip(tmp_path / "z", **members)
    found = opened(file, kind="csv", compression="zip", append_members=True, skip_lines=1, footer_lines=1)
    assert found == (("a", "b"), [("1", "2"), ("3", "4"), ("5", "6")])


def test_files_with_another_header_are_not_mixed(tmp_path: Path) -> None:
    file = made_zip(tmp_path / "z", a=b"a,b\n1,2\n", b=b"b,a\n1,2\n")
    with pytest.raises(DeliveryError, match="another header"):
        opened(file, kind="csv", compression="zip", append_members=True)
