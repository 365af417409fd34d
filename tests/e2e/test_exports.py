"""Exports, read back by programs this project did not write, or by the conventions of the platform they are for."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import polars as pl
import pytest
import python_calamine
import sdmx
import yaml

from tests.runs import Run, sga


@pytest.fixture(scope="module")
def exported(golden: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for form in ("csv", "parquet", "xlsx", "sdmx-csv", "opensdg"):
        done = sga("export", "--home", golden.home, golden.city_id, folder / form, "--format", form)
        assert done.returncode == 0, done.stderr
    return folder


def test_csv_and_parquet_hold_the_same_rows(golden: Run, exported: Path) -> None:
    [(rows, values)] = golden.rows("select count(*), count(value) from observations")
    frame = pl.read_parquet(exported / "parquet" / "observations.parquet")
    assert (frame.height, frame["value"].count()) == (rows, values)
    with (exported / "csv" / "observations.csv").open(encoding="utf-8", newline="") as stream:
        texts = list(csv.DictReader(stream))
    assert len(texts) == rows
    assert sum(one["value"] != "" for one in texts) == values
    # Text that is read again is the same double.
    known = [one for one in golden.rows("select value from observations where value is not null order by all") if one]
    assert sorted(float(one["value"]) for one in texts if one["value"]) == sorted(float(str(one[0])) for one in known)


def test_the_workbook_opens(golden: Run, exported: Path) -> None:
    book = python_calamine.load_workbook(exported / "xlsx" / "assessment.xlsx")
    assert book.sheet_names[:3] == ["observations", "comparisons", "gaps"]
    [(gaps,)] = golden.rows("select count(*) from gaps")
    assert len(book.get_sheet_by_name("gaps").to_python()) == gaps + 1


def test_the_sdmx_library_reads_structure_and_data(golden: Run, exported: Path) -> None:
    structure = sdmx.read_sdmx(exported / "sdmx-csv" / "structure.xml")
    flow = structure.dataflow["OBSERVATIONS"]
    assert [one.id for one in flow.structure.dimensions] == [
        "FREQ",
        "REF_AREA",
        "INDICATOR",
        "SEX",
        "AGE",
        "OTHER_DIM",
        "OTHER_CODE",
        "TIME_PERIOD",
    ]
    assert len(structure.codelist["CL_INDICATOR"]) == 180
    message = sdmx.read_sdmx(exported / "sdmx-csv" / "observations.csv", structure=flow)
    [data] = message.data
    [(rows, total)] = golden.rows("select count(*), sum(value) from observations")
    assert len(data.obs) == rows
    values = [float(one.value) for one in data.obs]
    assert math.fsum(one for one in values if not math.isnan(one)) == pytest.approx(float(str(total)), rel=1e-9)
    # Every code of the data is in its list: what a registry would refuse is not there.
    for dimension in ("REF_AREA", "INDICATOR", "SEX", "AGE", "OTHER_DIM", "OTHER_CODE", "FREQ"):
        listed = set(structure.codelist[f"CL_{dimension}"].items)
        assert {str(one.dimension[dimension].value) for one in data.obs} <= listed, dimension
    frame = sdmx.to_pandas(data)
    assert len(frame) == rows


def test_open_sdg_finds_a_headline_and_its_parts(golden: Run, exported: Path) -> None:
    """Data and metadata come in pairs by number; Year is first and Value last; the headline has no disaggregation."""
    folder = exported / "opensdg"
    data = {file.stem.removeprefix("indicator_"): file for file in (folder / "data").glob("indicator_*.csv")}
    meta = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in (folder / "meta").glob("*.yml")}
    assert data.keys() == meta.keys()
    assert len(data) == 180
    for name, file in data.items():
        assert meta[name]["indicator_number"] == name.replace("-", ".")
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert (meta[name]["reporting_status"] == "complete") == bool(rows)
        columns = list(rows[0]) if rows else ["Year", "Value"]
        assert (columns[0], columns[-1]) == ("Year", "Value")
        keys = [
            tuple(value for column, value in row.items() if column not in {"Value", "Observation status"})
            for row in rows
        ]
        assert len(set(keys)) == len(keys), name
    with data["4-1"].open(encoding="utf-8", newline="") as stream:
        headline = {
            row["Year"]: float(row["Value"])
            for row in csv.DictReader(stream)
            if not (row["Area"] or row["Sex"] or row["Age"] or row["Disaggregation"])
        }
    assert headline == dict(
        golden.rows(
            "select period, value from observations where indicator_id = 'crime.homicide_rate' and area_level = 'city' and freq = 'A' "
            "and sex = '_T' and age = '_T' and other_dim is null and value is not null"
        )
    )


def test_a_folder_with_something_in_it_is_left_alone(golden: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = sga("export", "--home", golden.home, golden.city_id, tmp_path, "--format", "csv")
    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
