"""Real SDMX messages of several agencies, against counts, sums and observations worked out without the reader."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures
from sga_pipeline.conform.readers.statistics.sdmx_table import Table
from sga_pipeline.conform.readers.statistics.sdmx_xml import read_xml
from sga_pipeline.errors import DeliveryError
from tests.sdmx_messages import SAMPLES, pages, read, read_bytes, recorded

pytestmark = recorded
# Worked out by a walk over the files with ElementTree, json and csv alone; the values are text, as written there.
EXPECTED = list(csv.DictReader((Path(__file__).parent / "sdmx_expected.csv").open(encoding="utf-8")))
FOLDERS = ("sdmx21_ml", "sdmx30_ml", "sdmx_csv2", "sdmx_json")
EVERY = sorted(str(f.relative_to(SAMPLES)) for one in FOLDERS for f in SAMPLES.glob(f"{one}/**/*") if f.is_file())
OTHERS = sorted(set(EVERY) - {one["file"] for one in EXPECTED})
ECB = SAMPLES / "sdmx21_ml" / "ECB_EXR"


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["file"] for one in EXPECTED])
def test_a_message_gives_what_its_file_holds(expected: dict[str, str]) -> None:
    rows = read(SAMPLES / expected["file"])
    values = [value for row in rows if (value := row.get("OBS_VALUE")) is not None]
    assert (len(rows), len(values)) == (int(expected["rows"]), int(expected["values"]))
    assert sum(map(number, values), Decimal()) == Decimal(expected["sum"])
    for row, which in ((rows[0], "first"), (rows[-1], "last")):
        assert (row.get("OBS_VALUE") or "") == expected[f"{which}_value"]
        assert (row.get("TIME_PERIOD") or row.get("DIM_3") or "") == expected[f"{which}_period"]
    assert all({"OBS_STATUS", "CONF_STATUS", "TIME_PERIOD", "ACTION"} <= set(row) for row in rows)


@pytest.mark.parametrize("file", OTHERS)
def test_what_is_no_data_is_refused_with_a_reason(file: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        read(SAMPLES / file)
    reasons = (
        "structure and no data|no SDMX data message|answered with an error|notice and no data|no whole SDMX message"
    )
    assert re.search(reasons, str(raised.value))


def test_no_sample_is_left_out() -> None:
    # 71 data messages and 71 others: structures, metadata, notices, errors, and three that contradict themselves.
    assert len(EXPECTED) == 71 and len(EXPECTED) + len(OTHERS) == len(EVERY)


def sdmx1_values(file: Path) -> list[float] | None:
    """What the sdmx1 library finds, where it can read the message at all."""
    import sdmx

    structure = {"ng": "ng-structure-full.xml", "rg": "rg-structure-full.xml", "sg": "sg-structure-full.xml"}
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            known = None
            if file.parent == ECB and file.name[:2] in structure and "ss" in file.stem:
                (known,) = sdmx.read_sdmx(ECB / structure[file.name[:2]]).structure.values()
            read_back = sdmx.read_sdmx(file, structure=known) if known else sdmx.read_sdmx(file)
            return [float(one.value) for data in read_back.data for one in data.obs if one.value not in (None, "")]
    except Exception:
        return None


def test_a_second_opinion() -> None:
    agreed = 0
    for one in EXPECTED:
        file = SAMPLES / one["file"]
        found = sdmx1_values(file) if file.suffix in {".xml", ".json"} else None
        # Of the message that takes data back, and of a value whose status says there is none, the library keeps all.
        if found is None or "demography" in one["file"] or "delete" in one["file"]:
            continue
        assert len(found) == int(one["values"]), one["file"]
        assert sum(found) == pytest.approx(float(one["sum"]), rel=1e-12), one["file"]
        agreed += 1
    assert agreed >= 30


@pytest.mark.parametrize("group", ["ng", "rg", "sg"])
def test_every_form_of_a_message_gives_the_same(group: str) -> None:
    """Generic or structure-specific, flat, by series or by section, attributes at any level: the same cells."""
    rows_by_file = {}
    for file in sorted(ECB.glob(f"{group}-*.xml")):
        # Two of the files hold other dates than the rest; their counts and sums are checked above.
        if "structure" in file.name or file.name in {"rg-xs.xml", "sg-xs.xml"}:
            continue
        rows = read(file)
        rows_by_file[file.name] = sorted(
            tuple(sorted((column, text) for column, text in row.items() if text)) for row in rows
        )
    assert len(rows_by_file) >= 7
    (first, *others) = rows_by_file.values()
    columns = {"FREQ", "CURRENCY", "TIME_PERIOD", "OBS_VALUE", "DECIMALS", "UNIT_MEASURE", "COLL_METHOD", "TITLE"}
    shared = [{column for column, _ in one[0]} for one in rows_by_file.values()]
    assert all(columns <= one for one in shared)
    cut = [[[pair for pair in row if pair[0] in columns | {"OBS_STATUS"}] for row in one] for one in (first, *others)]
    assert all(one == cut[0] for one in cut)


def codes_by_regex(file: Path) -> int:
    text = re.sub(r"<!--.*?-->", "", file.read_text(encoding="utf-8"), flags=re.S)
    items = re.findall(
        r'<(?:\w+:)?(?:Code|ValueItem|GeoFeatureSetCode|GeoGridCode|Concept)\s[^>]*?\bid="([^"]*)"', text
    )
    # One sample gives the sign of the yuan and the yen as two items.
    return len(items) - items.count("¥") // 2


@pytest.mark.parametrize("file", [one for one in EVERY if one.endswith(".xml") and one in OTHERS])
def test_structures_hold_every_code(file: str) -> None:
    content = (SAMPLES / file).read_bytes()
    if not re.search(rb"<(\w+:)?Structure[ >]", content[:3000]) or b"MetadataSet" in content or b"Footer" in content:
        return
    structures = Structures()
    read_xml([content], Table(), structures)
    assert sum(len(codes) for codes in structures.lists.values()) == codes_by_regex(SAMPLES / file)


def test_labels_come_from_the_structure_next_to_the_data(tmp_path: Path) -> None:
    euro = read(pages(tmp_path, ECB / "1" / "M.USD.EUR.SP00.A.xml", ECB / "1" / "structure-full.xml"))
    assert {row["CURRENCY label"] for row in euro} == {"US dollar"}
    assert {row["FREQ label"] for row in euro} == {"Monthly"}
    assert len(euro) == 252
    insee = SAMPLES / "sdmx21_ml" / "INSEE"
    paths = (insee / "CNA-2010-CONSO-SI-A17.xml", insee / "CNA-2010-CONSO-SI-A17-structure.xml")
    english, french = read(pages(tmp_path, *paths)), read(pages(tmp_path, *paths), languages=["fr"])
    assert {row["OPERATION label"] for row in english} == {"P3 - Final consumption expenditure"}
    assert {row["OPERATION label"] for row in french} == {"P3 - Dépense de consommation finale"}
    estat = SAMPLES / "sdmx21_ml" / "ESTAT"
    births = read(pages(tmp_path, estat / "demography-xs.xml", estat / "demography-structure.xml"))
    assert births[0]["DEMO label"] == "Total fertility rate in Year X"
    assert births[0]["COUNTRY label"] == "Belgium"
    third = SAMPLES / "sdmx30_ml" / "khaeru_v3_xml"
    complex_ = read(pages(tmp_path, third / "ECB_EXR_CA.xml", third / "ECB_EXR_CA_DSD.xml"))
    # Lists the message does not bring have no labels; columns the structure names are there though no row fills them.
    assert "BREAKS" in complex_[0] and "CURRENCY label" not in complex_[0]


def test_a_value_whose_status_says_there_is_none_is_none() -> None:
    """SDMX's own sample gives 57015 deaths with status M (missing; data cannot exist)."""
    file = SAMPLES / "sdmx21_ml" / "ESTAT" / "demography-xs.xml"
    taken = [row for row in read(file, missing_when=[]) if row["OBS_VALUE"] == "57015"]
    assert len(taken) == 1 and taken[0]["OBS_STATUS"] == "M"
    assert not [row for row in read(file) if row["OBS_VALUE"] == "57015"]


def test_several_values_of_an_attribute_are_in_one_cell() -> None:
    rows = read(SAMPLES / "sdmx30_ml" / "khaeru_v3_xml" / "ECB_EXR_CA.xml")
    assert [row["OBS_STATUS"] for row in rows] == ["A;F", "J;U;N", "A"]
    assert rows[0]["SOURCE_AGENCY"] == "4F0;4D0;CZ2"
    assert rows[0]["TITLE"] == "Some English Text;Additional English Text where lang defaults to en"


def test_nan_and_flags() -> None:
    rows = read(SAMPLES / "sdmx21_ml" / "ESTAT" / "footer2.zip")
    assert rows[-1]["TIME_PERIOD"] == "1975" and rows[-1]["OBS_VALUE"] is None
    assert rows[0]["OBS_FLAG"] == "e"
    zero = read(SAMPLES / "sdmx21_ml" / "WB" / "gh-78.xml")
    assert [(row["OBS_VALUE"], row["DATASOURCE"], row["TIME_PERIOD"]) for row in zero] == [("0", "TRN", "1989")]


def test_json_labels_groups_and_attributes_without_a_place() -> None:
    rows = read(SAMPLES / "sdmx_json" / "ts.json")
    assert rows[0]["CURRENCY label"] == "New Zealand dollar" and rows[0]["TITLE"] == "New Zealand dollar (NZD)"
    agri = read(SAMPLES / "sdmx_json" / "khaeru_v3_json" / "data" / "agri.json")
    assert agri[0]["SOURCE"] == "MAFF_Agricultural Statistics_2014"
    assert agri[1]["SOURCE"] == "MAFF_Agricultural Statistics_2015;Other sources"
    assert agri[0]["SERIES_COMMENT"] == "Comment for Annual data for Banteay Meanchey"
    oecd = read(SAMPLES / "sdmx_json" / "OECD" / "data-PART2-all-all.json")
    assert [row["OBS_STATUS"] for row in oecd] == [None, "x", None, "w", None, "y", None]
    assert all(row["TIME_FORMAT"] is None for row in oecd)


def test_what_the_full_json_sample_gives_without_its_error(tmp_path: Path) -> None:
    file = SAMPLES / "sdmx_json" / "sdmx-twg_samples" / "constructed-sample-full.json"
    message = json.loads(file.read_text(encoding="utf-8"))
    del message["errors"]
    rows = read_bytes(tmp_path, json.dumps(message).encode())
    # Five data sets of four observations each; of one the keys alone, of another the attributes alone.
    assert len(rows) == 20
    assert [row["OBS_VALUE"] for row in rows[:4]] == ["1.5931", "1.5925", "40.3426", "40.3"]
    assert rows[2]["ID"] == "ID2" and rows[2]["UNIT_MEAS"] == "NC"
    assert rows[0]["DESCRIPTION"] == "Description value 1;Description value 2"
    assert [row["OBS_VALUE"] for row in rows[8:12]] == [None] * 4


def test_deletions_give_no_value() -> None:
    rows = read(SAMPLES / "sdmx_json" / "action-delete.json")
    assert [(row["ACTION"], row["OBS_VALUE"]) for row in rows] == [("R", "40.3426"), ("R", "40.3000"), ("D", None)]
    gone = read(SAMPLES / "sdmx_csv2" / "example-16.csv")
    assert [(row["ACTION"], row["OBS_VALUE"]) for row in gone] == [("D", None)] * 2


def test_csv_labels_lists_and_measures() -> None:
    folder = SAMPLES / "sdmx_csv2"
    both, named = read(folder / "example-04.csv")[0], read(folder / "example-06.csv")[0]
    assert (both["DIM_1"], both["DIM_1 label"], both["ATTR_2 label"]) == ("A", "Value A", "Oui")
    assert (named["DIM_1"], named["DIM_1 label"], named["ATTR_1 label"]) == ("A", "Value A", "Yes")
    several = read(folder / "example-02.csv")[1]
    assert (several["OBS_VALUE1"], several["OBS_VALUE2"], several["ATTR_1"]) == ("10.8", "10.9", "X;Z")
    # A message of several measures has no OBS_VALUE; a contract that asks for it is refused.
    assert "OBS_VALUE" not in several
    assert read(folder / "example-15.csv")[0]["ATTR_1"] == '<p>This is some "xhtml" with a line\nbreak</p>'


def test_the_zip_of_a_service_is_opened_and_a_zip_of_many_is_not(tmp_path: Path) -> None:
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", "<a/>")
        archive.writestr("b.xml", "<a/>")
    with pytest.raises(DeliveryError, match="more than one message"):
        read(packed)
