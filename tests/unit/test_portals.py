"""Portals asked page by page: every row comes once, whatever the size of a page, and one period brings that period alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.connectors.connector import Fetched, FileMissing
from sga_pipeline.errors import PullError
from tests.fake_portals import Arcgis, Ckan, FakePortal, Opendatasoft, Opensdg, Pxweb, Socrata, rows
from tests.portals import SITES, fetch, read
from tests.servers import serving

ROWS = rows(3217)
PLACES: dict[str, type[FakePortal]] = {
    "ckan": Ckan,
    "socrata": Socrata,
    "opendatasoft": Opendatasoft,
    "opendatasoft v1": Opendatasoft,
    "arcgis": Arcgis,
    "arcgis geojson": Arcgis,
}
PAGED = ["ckan", "socrata", "arcgis", "arcgis geojson"]


def cells_of(row: dict[str, str | None]) -> tuple[str | None, ...]:
    return tuple(row.get(name) for name in ("case", "offence", "place", "harm"))


def expected(held: list[dict[str, Any]]) -> Counter[tuple[str | None, ...]]:
    return Counter(
        tuple(None if row[name] is None else str(row[name]) for name in ("case", "offence", "place", "harm"))
        for row in held
    )


@pytest.mark.parametrize("protocol", PLACES)
def test_every_row_comes_once(tmp_path: Path, protocol: str) -> None:
    with serving(responder=PLACES[protocol](ROWS)) as server:
        fetched = fetch(server, protocol, tmp_path)
    _, found = read(fetched.path, protocol, tmp_path)
    assert Counter(map(cells_of, found)) == expected(ROWS) and len(found) == 3217
    assert (found[0]["case"], found[-1]["case"]) == ("c00000", "c03216")
    assert SITES[protocol][1] in fetched.address and "?" not in fetched.address


@pytest.mark.parametrize("protocol", PAGED)
def test_the_size_of_a_page_changes_no_row(tmp_path: Path, protocol: str) -> None:
    tables = []
    for size, most in ((1, 1000), (7, 1000), (50, 50), (1000, 13), (100, 100), (1000, 1000)):
        into = tmp_path / f"{size}-{most}"
        into.mkdir()
        portal = PLACES[protocol](ROWS[:100], most=most)
        with serving(responder=portal) as server:
            fetched = fetch(server, protocol, into, page_rows=size)
        tables.append(read(fetched.path, protocol, into))
        # A page for each piece, and at most two questions more: how many rows there are, before and after.
        assert 0 <= len(portal.asked) - -(-100 // min(size, most)) <= 2
    assert all(one == tables[0] for one in tables) and len(tables[0][1]) == 100


@pytest.mark.parametrize("protocol", [one for one in PLACES if one != "opendatasoft v1"])
@pytest.mark.parametrize(("freq", "period"), [("A", "2023"), ("Q", "2022-Q4"), ("M", "2023-02"), ("M", "2023-12")])
def test_one_period_brings_that_period_alone(tmp_path: Path, protocol: str, freq: str, period: str) -> None:
    months = {"2023": (1, 12), "2022-Q4": (10, 12), "2023-02": (2, 2), "2023-12": (12, 12)}[period]
    mine = [row for row in ROWS if row["day"][:4] == period[:4] and months[0] <= int(row["day"][5:7]) <= months[1]]
    asked: dict[str, Any] = {"periods": {"freq": freq, "first": period}}
    held = ROWS
    if protocol == "ckan":
        # By equality alone: the column has to hold the period as the contract writes it.
        text = {"A": "{year}", "Q": "{year}/{quarter}", "M": "{year}{month}"}[freq]
        held = [
            {
                **row,
                "when": {
                    "A": row["day"][:4],
                    "Q": f"{row['day'][:4]}/{(int(row['day'][5:7]) + 2) // 3}",
                    "M": row["month"],
                }[freq],
            }
            for row in ROWS
        ]
        asked |= {"period_column": "when", "period_text": text}
    else:
        asked |= {"date_column": "day"}
    with serving(responder=PLACES[protocol](held)) as server:
        fetched = fetch(server, protocol, tmp_path, period=period, **asked)
    _, found = read(fetched.path, protocol, tmp_path)
    assert Counter(map(cells_of, found)) == expected(mine) and mine


@pytest.mark.parametrize("protocol", ["ckan", "arcgis"])
def test_no_rows_are_a_delivery_with_its_columns(tmp_path: Path, protocol: str) -> None:
    class Empty(PLACES[protocol]):  # type: ignore[misc]
        def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
            kept, self.rows = self.rows, ROWS[:1]
            query = query | (
                {"where": "day >= TIMESTAMP '1999-01-01 00:00:00' AND day < TIMESTAMP '1999-01-02 00:00:00'"}
                if protocol == "arcgis"
                else {"filters": '{"case": "none"}'}
            )
            given = super().reply(path, query, body)
            self.rows = kept
            return bytes(given)

    with serving(responder=Empty([])) as server:
        fetched = fetch(server, protocol, tmp_path)
    header, found = read(fetched.path, protocol, tmp_path)
    assert found == [] and {"case", "day", "harm"} <= set(header)


@pytest.mark.parametrize("protocol", ["arcgis", "arcgis geojson"])
def test_days_of_a_map_server_are_the_days_it_was_given(tmp_path: Path, protocol: str) -> None:
    with serving(responder=Arcgis(ROWS)) as server:
        fetched = fetch(server, protocol, tmp_path)
    _, found = read(fetched.path, protocol, tmp_path, milliseconds=["day"])
    assert [row["day"] for row in found] == [f"{row['day']}T00:00:00.000" for row in ROWS]


def test_no_rows_of_socrata_have_the_columns_the_contract_names(tmp_path: Path) -> None:
    with serving(responder=Socrata([])) as server:
        fetched = fetch(server, "socrata", tmp_path, fields=["case", "harm"])
    assert read(fetched.path, "socrata", tmp_path, columns=["case", "harm"]) == (["case", "harm"], [])


def test_fields_are_asked_for(tmp_path: Path) -> None:
    for protocol, portal in (("ckan", Ckan(ROWS)), ("socrata", Socrata(ROWS))):
        (tmp_path / protocol).mkdir()
        with serving(responder=portal) as server:
            fetched = fetch(server, protocol, tmp_path / protocol, fields=["case", "harm"])
        header, found = read(fetched.path, protocol, tmp_path)
        assert set(header) == {"case", "harm"} and len(found) == 3217


def test_the_first_api_of_opendatasoft_says_when_it_cannot_give_all(tmp_path: Path) -> None:
    with (
        serving(responder=Opendatasoft(rows(10_001))) as server,
        pytest.raises(PullError, match="10001 records") as raised,
    ):
        fetch(server, "opendatasoft v1", tmp_path)
    assert not raised.value.transient


def px(tmp_path: Path, portal: FakePortal, period: str | None = None, **source: Any) -> Fetched:
    with serving(responder=portal) as server:
        return fetch(server, "pxweb", tmp_path, period=period, **source)


def test_pxweb_in_pieces_is_the_same_table(tmp_path: Path) -> None:
    whole = px(tmp_path, Pxweb([], most=1200), max_cells=1200)
    header, found = read(whole.path, "pxweb", tmp_path)
    assert header == ["Region", "Region label", "Sex", "Sex label", "Tid", "Tid label", "value", "status"]
    assert len(found) == 50 * 2 * 12
    for row in found:
        value = Pxweb.value(str(row["Region"]), row["Sex"], str(row["Tid"]))
        assert row["value"] == (None if value is None else str(value))
        assert row["status"] == (".." if value is None else None)
    assert found[0]["Region label"] == "Region 0180" and found[1]["Tid"] == "2023M02"
    for cells in (100, 24, 999):
        into = tmp_path / f"{cells}"
        into.mkdir()
        portal = Pxweb([], most=cells)
        pieces = px(into, portal, max_cells=cells, slice_by="Region")
        assert read(pieces.path, "pxweb", into) == (header, found)
        assert len(portal.asked) == 1 + -(-50 // (cells // 24))


def test_pxweb_period_selection_and_elimination(tmp_path: Path) -> None:
    select = {"Region": ["0182", "0181"]}
    periods = {"periods": {"freq": "M", "first": "2023-01"}, "period_variable": "Tid", "period_text": "{year}M{month}"}
    fetched = px(tmp_path, Pxweb([]), "2023-06", select=select, **periods)
    _, found = read(fetched.path, "pxweb", tmp_path)
    assert [(row["Region"], row["Tid"], row["value"], row["status"]) for row in found] == [
        ("0181", "2023M06", "0", None),
        ("0182", "2023M06", None, ".."),
    ]
    with pytest.raises(FileMissing, match="no 2024M01 yet"):
        px(tmp_path, Pxweb([]), "2024-01", select=select, **periods)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"select": {"Region": ["0180"]}}, "also has the variable Tid"),
        ({"select": {"Region": ["0180", "9999"], "Tid": ["*"]}}, "no value 9999"),
        ({"select": {"Area": ["0180"], "Tid": ["*"]}}, "no variable Area.*It has Region, Sex, Tid"),
        ({"max_cells": 10}, "1200 cells are asked for"),
        ({"max_cells": 10, "slice_by": "Region"}, "1200 cells are asked for"),
        ({"path": "api/v1/en/BE"}, "not that of a table"),
    ],
)
def test_pxweb_says_what_cannot_be_asked(tmp_path: Path, source: dict[str, Any], words: str) -> None:
    with pytest.raises(PullError, match=words) as raised:
        px(tmp_path, Pxweb([]), **source)
    assert not raised.value.transient


def test_open_sdg_carries_the_number_of_each_indicator(tmp_path: Path) -> None:
    tables = []
    for protocol in ("opensdg", "opensdg json"):
        (tmp_path / protocol).mkdir()
        with serving(responder=Opensdg([])) as server:
            fetched = fetch(server, protocol, tmp_path / protocol)
        tables.append(read(fetched.path, protocol, tmp_path))
    assert tables[0] == tables[1]
    header, found = tables[0]
    assert header == ["indicator", "Year", "Sex", "Value"]
    assert [tuple(row.values()) for row in found] == [
        ("4.1.1", "2021", None, "3.5"),
        ("4.1.1", "2022", None, "0"),
        ("4.1.1", "2022", "Female", None),
        ("16.1.1.a", "2022", "Male", "12.25"),
    ]
    with (
        serving(responder=Opensdg([])) as server,
        pytest.raises(PullError, match=r"no such indicator.*indicator_9-9-9"),
    ):
        fetch(server, "opensdg", tmp_path, indicators=["4-1-1", "9-9-9"])


@pytest.mark.parametrize("protocol", PLACES)
def test_a_page_saved_and_brought_by_hand_reads_alike(tmp_path: Path, protocol: str) -> None:
    with serving(responder=PLACES[protocol](ROWS[:90])) as server:
        fetched = fetch(server, protocol, tmp_path)
    by_hand = tmp_path / "saved by hand.json"
    by_hand.write_bytes(fetched.path.read_bytes())
    assert by_hand.read_bytes()[:1] in {b"[", b"{"}
    assert read(by_hand, protocol, tmp_path) == read(fetched.path, protocol, tmp_path)


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    kept = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with serving(responder=Ckan(ROWS)) as server:
            kept.append(fetch(server, "ckan", tmp_path / name).path.read_bytes())
    assert kept[0] == kept[1]
