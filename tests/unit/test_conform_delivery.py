"""Conform: rows in = kept + quarantined + duplicates, whatever arrives; and each bad row is found by line and rule."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from tests.city_folder import HEADER, write_city

GOOD = 'e{n},2023-05-0{n},2023-05-09,hom,{n},"4,5",G,Y\n'


@dataclass
class Run:
    outcome: Outcome
    kept: pl.DataFrame | None
    quarantine: pl.DataFrame | None


@dataclass(frozen=True)
class Arrived:
    path: Path
    sha256: str = "ab" * 32
    period: str | None = None
    retrieved_at: str = "2100-01-01T00:00:00Z"


def conform(tmp_path: Path, content: bytes, replacements: dict[str, str] | None = None) -> Run:
    plan = read_assessment([write_city(tmp_path, replacements)]).cities[0].feeds[0]
    file = tmp_path / "delivery.csv"
    file.write_bytes(content)
    sinks = Sinks(tmp_path / "kept.parquet", tmp_path / "bad.parquet", tmp_path / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    kept = pl.read_parquet(sinks.kept) if sinks.kept.exists() else None
    return Run(outcome, kept, pl.read_parquet(sinks.quarantine) if sinks.quarantine.exists() else None)


def rows(*lines: str, header: str = HEADER) -> bytes:
    return (header + "".join(lines)).encode()


def good(count: int) -> list[str]:
    return [GOOD.format(n=n) for n in range(1, count + 1)]


def test_values_are_typed_and_coded(tmp_path: Path) -> None:
    run = conform(tmp_path, rows('a1,31/12/2022,2023-01-02, hom ,7,"-12,5",K,N\n', "a2,2022-01-01,,rob,,,,\n"))
    assert run.kept is not None
    first, second = run.kept.to_dicts()
    assert (first["event_id"], str(first["occurred_on"]), first["iccs_code"]) == ("a1", "2022-12-31", "0101")
    assert (first["area_id"], first["latitude"], first["weapon"], first["cleared"]) == ("d07", -12.5, "knife", False)
    # What is not given is unknown, or the feed's extent; never a guess and never zero.
    assert (second["area_id"], second["latitude"], second["weapon"], second["cleared"]) == ("XS", None, "_U", None)
    assert second["situation"] == "_U"
    assert run.outcome.rows_without_area == 1


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ("b1,2023-02-30,,hom,1,,,\n", "type:occurred_on"),
        (",2023-02-03,,hom,1,,,\n", "required:event_id"),
        ("b1,,,hom,1,,,\n", "required:occurred_on"),
        ("b1,2023-02-03,2023-02-01,hom,1,,,\n", "pair:reported_on_not_before_occurred_on"),
        ("b1,2024-03-02,,hom,1,,,\n", "rule:not_in_the_future"),
        ("b1,1024-03-02,,hom,1,,,\n", "type:occurred_on"),
        ("b1,2023-02-03,,hom\n", "type:record (too few columns)"),
        ("b1,2023-02-03,,hom,1,,,,surplus\n", "type:record (too many columns)"),
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_bad_row_is_set_aside_with_its_line(tmp_path: Path, bad: str, rule: str, place: str) -> None:
    lines = good(9)
    at = {"first": 0, "middle": 4, "last": 9}[place]
    lines.insert(at, bad)
    run = conform(tmp_path, rows(*lines))
    assert run.outcome.accepted, run.outcome.reason
    assert (run.outcome.rows_in, run.outcome.rows_kept, run.outcome.rows_quarantined) == (10, 9, 1)
    assert run.quarantine is not None
    assert run.quarantine.to_dicts() == [{"line": at + 2, "rules": [rule], "raw": bad.rstrip("\n")}]


@pytest.mark.parametrize(
    ("bad", "column", "rule", "unknown"),
    [
        ('b1,2023-02-03,,hom,1,"91,0",,\n', "latitude", "range:latitude", None),
        ("b1,2023-02-03,,hom,1,nan,,\n", "latitude", "type:latitude", None),
        ("b1,2023-02-03,,hom,1,inf,,\n", "latitude", "type:latitude", None),
        ("b1,2023-02-03,,hom,1,,,perhaps\n", "cleared", "type:cleared", None),
        ("b1,2023-02-03,2023-02-30,hom,1,,,\n", "reported_on", "type:reported_on", None),
        ("b1,2023-02-03,,hom,1,,pistol,\n", "weapon", "code:weapon", "_U"),
    ],
)
def test_a_bad_optional_value_is_lost_and_its_row_stays(
    tmp_path: Path, bad: str, column: str, rule: str, unknown: str | None
) -> None:
    keep = {"K: knife}}": "K: knife}, otherwise: keep}"}
    run = conform(tmp_path, rows(*good(4), bad), keep)
    outcome = run.outcome
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined) == (5, 5, 0)
    assert (outcome.rules, outcome.unusable) == ({rule: 1}, {column: 1})
    assert run.kept is not None and run.quarantine is None
    *others, last = run.kept[column].to_list()
    assert (last, None in others) == (unknown, False)


@pytest.mark.parametrize(
    "asked",
    [
        {"rules:": "rules:\n  - {rule: present, id: has_weapon, column: weapon}"},
        {"G: firearm, K: knife}": "G: firearm, K: knife}, otherwise: reject"},
    ],
)
def test_a_bad_value_costs_the_row_where_the_contract_asks_for_it(tmp_path: Path, asked: dict[str, str]) -> None:
    run = conform(tmp_path, rows(*good(4), "b1,2023-02-03,,hom,1,,pistol,\n"), asked)
    assert (run.outcome.rows_kept, run.outcome.rows_quarantined, run.outcome.unusable) == (4, 1, {})


def test_whether_it_was_attempted_is_no_value_to_do_without(tmp_path: Path) -> None:
    """An attempt is another offence: with the flag lost it would count as a homicide."""
    attempts = {"  cleared: {from: cleared": "  attempted: {from: cleared"}
    run = conform(tmp_path, rows(*good(4), "b1,2023-02-03,,hom,1,,,perhaps\n"), attempts)
    assert (run.outcome.rows_kept, run.outcome.rules) == (4, {"type:attempted": 1})


def test_of_a_row_set_aside_no_single_value_is_missed(tmp_path: Path) -> None:
    run = conform(tmp_path, rows(*good(9), "b1,2023-02-30,,hom,1,nan,,\n"))
    assert (run.outcome.rules, run.outcome.unusable) == ({"type:occurred_on": 1, "type:latitude": 1}, {})
    assert run.quarantine is not None
    assert run.quarantine["rules"].to_list() == [["type:occurred_on"]]


def test_unknown_codes_are_kept_in_a_visible_bucket(tmp_path: Path) -> None:
    run = conform(tmp_path, rows(*good(3), "u1,2023-01-01,,arson,1,,Z,\n", "u2,2023-01-01,,arson,1,,,\n"))
    assert run.kept is not None
    assert run.kept.filter(pl.col("iccs_code") == "_U").height == 2
    assert run.outcome.unmapped == {"iccs_code": {"ARSON": 2}, "weapon": {"Z": 1}}


def test_the_first_good_row_of_a_key_is_kept(tmp_path: Path) -> None:
    """A row that breaks a rule contradicts nothing, and blanks a step takes away are no other content."""
    lines = ["e1,2023-02-30,,hom,1,,,\n", "e1,2023-02-03,,rob,1,,,\n", "e1,2023-02-03,, ROB,01,,,\n", *good(9)[1:]]
    run = conform(tmp_path, rows(*lines))
    assert (run.outcome.rows_quarantined, run.outcome.rows_duplicate, run.outcome.rows_kept) == (1, 1, 9)
    assert run.kept is not None
    assert run.kept.filter(pl.col("event_id") == "e1")["iccs_code"].to_list() == ["0401"]


@pytest.mark.parametrize(
    "other",
    [
        "e1,2023-05-02,,hom,1,,G,\n",
        "e1,2023-05-01,,rob,1,,G,\n",
        "e1,2023-05-01,,hom,2,,G,\n",
        "e1,2023-05-01,,hom,1,,,\n",
        "e1,2023-05-01,,hom,1,,G,Y\n",
    ],
)
def test_rows_of_one_key_that_differ_are_all_set_aside(tmp_path: Path, other: str) -> None:
    one = "e1,2023-05-01,,hom,1,,G,\n"
    run = conform(tmp_path, rows(one, *good(9)[1:], other, one, *good(2)[1:]), {"rules:": ALLOW + "rules:"})
    outcome = run.outcome
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined, outcome.rows_duplicate) == (12, 8, 3, 1)
    assert (outcome.rules, outcome.severities["conflict:event_id"]) == ({"conflict:event_id": 3}, "high")
    assert run.kept is not None and "e1" not in run.kept["event_id"]
    assert run.quarantine is not None
    assert run.quarantine["line"].to_list() == [2, 11, 12]


def test_a_number_the_program_gives_makes_no_two_rows_differ(tmp_path: Path) -> None:
    feed = {
        "shape: crime_events": "shape: crime_victims",
        "event_id: {from: id}": "victim_id: {from: id}\n  event_id: {row: number}",
    }
    feed |= {"  reported_on: {from: reported}\n": "", LAT: "", "rules:": ALLOW + "rules:"}
    run = conform(tmp_path, rows(*good(3), *good(1)), feed)
    assert (run.outcome.rows_kept, run.outcome.rows_duplicate) == (3, 1), run.outcome.reason


ALLOW = "reject_when: {quarantined_share: 1, duplicate_share: 1}\n"
LAT = '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n'


def test_lines_are_right_where_records_span_lines(tmp_path: Path) -> None:
    lines = ['"e\n1",2023-05-01,,hom,1,,,\n', "\n", "e2,2023-05-01,,hom\n", "e3,2023-02-30,,hom,1,,,\n", *good(9)[3:]]
    run = conform(tmp_path, rows(*lines))
    assert run.quarantine is not None
    assert run.quarantine["line"].to_list() == [5, 6]


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    header = "cleared,weapon,lat,district,offence,reported,date,id,extra\n"
    run = conform(tmp_path, rows("Y,G,,3,hom,2023-05-09,2023-05-01,e1,x\n", header=header))
    assert run.kept is not None
    assert (run.kept["area_id"].item(), run.kept["iccs_code"].item()) == ("d03", "0101")
    assert run.outcome.new_columns == ["extra"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html><body>log in</body></html>", "a web page"),
        (b"%PDF-1.7 ...", "a PDF"),
        (rows(*good(3), header=HEADER.replace("offence", "crime")), "lacks the column offence"),
        (rows(*good(3), header=HEADER.replace("reported", "date")), "names a column twice [date]"),
        (rows("ea,2023-05-01,,hom,São,,,\n").decode().encode("latin-1"), "not utf-8"),
        (rows(*good(3)) + b"\x00\x00\n", "NUL bytes"),
        (HEADER.encode(), "fewer than"),
        (rows(*["x,2023-02-30,,hom,1,,,\n"] * 9), "fewer than the 1"),
        (rows(*good(2), *["x,2023-02-30,,hom,1,,,\n"] * 9), "9 of 11 rows break a rule"),
        (rows(*["x,2023-02-30,,hom,1,,,\n"] * 9), "Set aside under: type:occurred_on (9)"),
        (rows(*good(2), *["x,2023-02-30,,hom,1,,,\n"] * 9), "Set aside under: type:occurred_on (9)"),
        (rows(*good(1) * 9), "8 of 9 rows are duplicates"),
    ],
)
def test_an_unusable_delivery_is_refused_whole(tmp_path: Path, content: bytes, words: str) -> None:
    run = conform(tmp_path, content)
    assert not run.outcome.accepted
    assert words in run.outcome.reason
    assert run.kept is None


def test_a_record_in_place_of_the_header_is_not_shown(tmp_path: Path) -> None:
    named = conform(tmp_path / "a", rows(*good(3), header=HEADER.replace("offence", "crime"))).outcome.reason
    assert "It begins: id" in named
    headless = conform(tmp_path / "b", rows(*good(3)).split(b"\n", 1)[1]).outcome.reason
    assert "Not one of the contract's columns is there" in headless
    assert "2023" not in headless


def test_a_delivery_without_rows_can_be_welcome(tmp_path: Path) -> None:
    run = conform(tmp_path, HEADER.encode(), {"rules:": "reject_when: {fewer_rows_than: 0}\nrules:"})
    assert run.outcome.accepted
    assert run.kept is not None
    assert run.kept.height == 0
    assert run.kept.schema["occurred_on"] == pl.Date


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "mixed"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "mac_roman"])
def test_encodings_and_line_ends(tmp_path: Path, ends: str, encoding: str) -> None:
    text = rows(*good(4), "é5,2023-05-05,,hom,5,,,\n").decode()
    text = text.replace("\n", ends) if ends != "mixed" else text.replace("\n", "\r\n", 2)
    run = conform(tmp_path, text.encode(encoding), {"{kind: csv}": f"{{kind: csv, encoding: {encoding}}}"})
    assert run.kept is not None, run.outcome.reason
    assert run.kept["event_id"].to_list() == ["e1", "e2", "e3", "e4", "é5"]


def test_letterhead_footer_and_label_row_are_left_out(tmp_path: Path) -> None:
    text = (
        "Police office\n\n"
        + HEADER
        + "Id,Day,Day,Code,No,deg,W,C\n"
        + "".join(good(5))
        + "bad\n"
        + "Total,5\nSource: office\n"
    )
    form = "{kind: csv, skip_lines: 2, skip_records: 1, footer_lines: 2}"
    run = conform(tmp_path, text.encode(), {"{kind: csv}": form})
    assert (run.outcome.rows_kept, run.outcome.rows_quarantined) == (5, 1)
    assert run.quarantine is not None
    assert text.splitlines()[run.quarantine["line"].item() - 1] == "bad"


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(rows(*[line.replace("e", f"e{i}", 1) for i in range(200) for line in good(5)]))
    form = {"{kind: csv}": "{kind: csv, compression: gzip}"}
    assert conform(tmp_path, whole, form).outcome.rows_kept == 1000
    for cut in range(0, len(whole), max(1, len(whole) // 20)):
        assert not conform(tmp_path, whole[:cut], form).outcome.accepted
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    assert not conform(tmp_path, bytes(flipped), form).outcome.accepted


def test_sentinels_mean_nothing(tmp_path: Path) -> None:
    run = conform(
        tmp_path, rows("e1,2023-05-01,,hom,1,-999,,n/a\n"), {"{kind: csv}": "{kind: csv, empty: [-999, n/a]}"}
    )
    assert run.kept is not None
    assert (run.kept["latitude"].item(), run.kept["cleared"].item()) == (None, None)


def test_rows_out_of_scope_are_counted_apart(tmp_path: Path) -> None:
    where = {"mappings:": "where: [{column: district, in: [1, 2]}]\nmappings:"}
    run = conform(tmp_path, rows(*good(5)), where)
    assert (run.outcome.rows_in, run.outcome.rows_kept, run.outcome.rows_outside) == (2, 2, 3)


CELL = st.text(alphabet=st.sampled_from(list("ab1,\"\n ;é'-/%{}\\#")), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=8, max_size=8), min_size=1, max_size=12))
def test_no_row_ever_vanishes(tmp_path: Path, cells: list[list[str]]) -> None:
    """Whatever is in the cells, Python's own CSV reader counts the same rows, and every one is in a sink."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER.strip().split(","))
    writer.writerows(cells)
    run = conform(
        tmp_path,
        text.getvalue().encode(),
        {"rules:": "reject_when: {quarantined_share: 1, fewer_rows_than: 0}\nrules:"},
    )
    outcome = run.outcome
    assert outcome.rows_in == len(list(csv.reader(io.StringIO(text.getvalue())))) - 1, outcome.reason
    assert outcome.rows_in == outcome.rows_kept + outcome.rows_quarantined + outcome.rows_duplicate
    assert (0 if run.quarantine is None else run.quarantine.height) == outcome.rows_quarantined


def test_a_figure_of_an_indicator_nobody_knows_is_set_aside(tmp_path: Path) -> None:
    """Kept, it would be published nowhere and missed by nobody."""
    city = write_city(tmp_path)
    (city / "feeds" / "reported.yaml").write_text(
        "id: reported\ntitle: Reported values\nfamily: official_statistics\nshape: observations\n"
        "owner: {name: Statistics office, contact: indicators}\nlicence: CC-BY-4.0\ncitation: Statistics office, indicators.\n"
        "source: {connector: file, address: reported.csv}\nformat: {kind: csv}\ncadence: annual\nallowed_lag_days: 365\nreplaces: all\n"
        "spatial_levels: [city]\nreject_when: {quarantined_share: 0.5}\n"
        "columns:\n  indicator_id: {from: series}\n  period: {from: year}\n  value: {from: value}\n",
        encoding="utf-8",
    )
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "reported")
    file = tmp_path / "reported.csv"
    file.write_text("series,year,value\ngov.police_rate,2023,310\ngov.polic_rate,2023,310\nsocio.gini,2023,0.4\n")
    sinks = Sinks(tmp_path / "kept.parquet", tmp_path / "bad.parquet", tmp_path / "scratch")
    sinks.scratch.mkdir()
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    assert (outcome.accepted, outcome.rows_kept, outcome.rules) == (True, 2, {"code:indicator_id": 1})
