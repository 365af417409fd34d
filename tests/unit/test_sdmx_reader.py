"""SDMX messages of our own making: what a row is, what is missing, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from sga_pipeline.conform.readers.statistics.sdmx import open_sdmx
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.errors import DeliveryError
from tests.sdmx_messages import STRUCTURE, message, pages, read, read_bytes

OBS = '<Series REF_AREA="A1" SEX="F"><Obs TIME_PERIOD="2023" OBS_VALUE="{}" {}/></Series>'


def one(folder: Path, value: str, more: str = "", **form: object) -> str | None:
    (row,) = read_bytes(folder, message(OBS.format(value, more)), **form)
    return row["OBS_VALUE"]


def test_a_value_stays_as_it_is_written(tmp_path: Path) -> None:
    for value in ("0", "0.0", "-0", "40.3000", "1e3", "12,5", "007", "INF", ":", "c"):
        assert one(tmp_path, value) == value
    for value in ("NaN", ""):
        assert one(tmp_path, value) is None


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ('OBS_STATUS="A"', True),
        ('OBS_STATUS="P"', True),
        ('OBS_STATUS="B"', True),
        ('OBS_STATUS="Q"', False),
        ('OBS_STATUS="M"', False),
        ('OBS_STATUS="L"', False),
        ('OBS_STATUS="O"', False),
        ('OBS_STATUS="H"', False),
        ('CONF_STATUS="F"', True),
        ('CONF_STATUS="C"', False),
        ('CONF_STATUS="N"', False),
        ('OBS_CONF="S"', False),
        ('CONF_STATUS_OBS="D"', False),
        ('CONF_STATUS_OBS=""', True),
    ],
)
def test_status_and_confidentiality_come_before_the_value(tmp_path: Path, more: str, kept: bool) -> None:
    assert one(tmp_path, "0", more) == ("0" if kept else None)
    name, code = more.replace('"', "").split("=")
    text = f"DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,{name}\nXX:F(1.0),A1,2023,0,{code}\n"
    (row,) = read_bytes(tmp_path, text.encode())
    assert (row["OBS_VALUE"], row[name]) == ("0" if kept else None, code or None)


def test_the_contract_says_which_codes_mean_no_value(tmp_path: Path) -> None:
    assert one(tmp_path, "5", 'OBS_STATUS="M"', missing_when=["Z"]) == "5"
    assert one(tmp_path, "5", 'OBS_STATUS="Z"', missing_when=["Z"]) is None
    assert one(tmp_path, "5", 'CONF_STATUS="PUB"', free_when=["F", "PUB"]) == "5"


def test_labels_in_the_first_language_there_is(tmp_path: Path) -> None:
    series = "".join(
        f'<Series REF_AREA="A1" SEX="{sex}"><Obs TIME_PERIOD="2023" OBS_VALUE="1"/></Series>'
        for sex in ("F", "M", "_T", "X")
    )
    file = pages(tmp_path, message(series), STRUCTURE)
    assert [row["SEX label"] for row in read(file)] == ["Mujeres", "Homens", "Total", None]
    assert [row["SEX label"] for row in read(file, languages=["fr", "es"])] == ["Femmes", "Homens", "Ambos", None]
    text = b"DATAFLOW,REF_AREA,SEX,TIME_PERIOD,OBS_VALUE\nXX:F(1.0),A1,M,2023,1\nXX:F(1.0),A1,X,2023,0\n"
    rows = read(pages(tmp_path, text, STRUCTURE))
    assert [(row["SEX"], row["SEX label"], row["OBS_VALUE"], row["UNIT"]) for row in rows] == [
        ("M", "Homens", "1", None),
        ("X", None, "0", None),
    ]


def test_the_order_of_pages_does_not_matter(tmp_path: Path) -> None:
    data = message(OBS.format("3", ""))
    assert read(pages(tmp_path, data, STRUCTURE)) == read(pages(tmp_path, STRUCTURE, data))


def test_an_empty_data_set_has_no_rows_and_the_columns_declared(tmp_path: Path) -> None:
    empty = message("")
    assert read_bytes(tmp_path, empty) == []
    assert read(pages(tmp_path, empty, STRUCTURE)) == []
    assert read_bytes(tmp_path, b'{"data": {"structures": [{}], "dataSets": []}}') == []
    assert read_bytes(tmp_path, b"DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE\n") == []
    (row,) = read_bytes(tmp_path, message(OBS.format("1", "")), columns=["UNIT", "SEX label"])
    assert row["UNIT"] is None and row["SEX label"] is None


def test_data_sets_follow_one_another(tmp_path: Path) -> None:
    twice = message(OBS.format("1", "")).replace(
        b"</m:DataSet>",
        b'</m:DataSet><m:DataSet s:structureRef="S"><Series REF_AREA="A2"><Obs TIME_PERIOD="2024" OBS_VALUE="2"/></Series></m:DataSet>',
    )
    assert [(row["REF_AREA"], row["OBS_VALUE"]) for row in read_bytes(tmp_path, twice)] == [("A1", "1"), ("A2", "2")]


def test_groups_hold_for_their_observations_only(tmp_path: Path) -> None:
    series = '<Series REF_AREA="A1" SEX="F"><Obs TIME_PERIOD="2023" OBS_VALUE="1"/></Series><Series REF_AREA="A2" SEX="F"><Obs TIME_PERIOD="2023" OBS_VALUE="2" NOTE="own"/></Series>'
    groups = (
        '<Group REF_AREA="A1" NOTE="first"/><Group REF_AREA="A2" NOTE="second"/><Group REF_AREA="A3" NOTE="nobody"/>'
    )
    for inside in (groups + series, series + groups):
        rows = read_bytes(tmp_path, message(inside, attributes='UNIT="PER"'))
        assert [(row["NOTE"], row["UNIT"]) for row in rows] == [("first", "PER"), ("own", "PER")]


FOOTER = '<f:Footer><f:Message code="{}" severity="{}"><c:Text>{}</c:Text></f:Message></f:Footer>'


def test_footers(tmp_path: Path) -> None:
    given = message(OBS.format("1", ""), footer=FOOTER.format(510, "Error", "cut at 10,000"))
    with pytest.raises(DeliveryError, match="510 cut at 10,000"):
        read_bytes(tmp_path, given)
    noted = message(OBS.format("1", ""), footer=FOOTER.format(1, "Information", "made with care"))
    assert len(read_bytes(tmp_path, noted)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b'<m:Error xmlns:m="urn:m" xmlns:c="urn:c"><m:ErrorMessage code="150"><c:Text>Invalid key</c:Text></m:ErrorMessage></m:Error>',
        b'<m:Error xmlns:m="urn:m"/>',
        b'{"errors": [{"code": 150, "title": "Invalid key"}]}',
    ],
)
def test_an_error_message_is_a_complaint(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DeliveryError, match="answered with an error"):
        read_bytes(tmp_path, content)


def test_given_and_taken_back(tmp_path: Path) -> None:
    given, other = OBS.format("1", ""), OBS.format("1", "").replace("A1", "A2")
    delete = '</m:DataSet><m:DataSet s:structureRef="S" action="Delete">'
    with pytest.raises(DeliveryError, match="takes it back"):
        read_bytes(tmp_path, message(given + delete + OBS.format("", "")))
    with pytest.raises(DeliveryError, match="takes it back"):
        read_bytes(tmp_path, message(given + delete + '<Obs REF_AREA="A1"/>'))
    rows = read_bytes(tmp_path, message(given + delete + other))
    assert [(row["ACTION"], row["OBS_VALUE"]) for row in rows] == [(None, "1"), ("D", None)]
    mixed = b"STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,OBS_VALUE\ndataflow,X:Y(1),I,A1,1\ndataflow,X:Y(1),D,A1,\n"
    with pytest.raises(DeliveryError, match="takes some back"):
        read_bytes(tmp_path, mixed)
    with pytest.raises(DeliveryError, match="unknown action"):
        read_bytes(tmp_path, mixed.replace(b",D,", b",Z,"))


def flat(**changes: object) -> bytes:
    """A small message in JSON, damaged where asked."""
    parts: dict[str, object] = {
        "dimensions": {"observation": [{"id": "AREA", "values": [{"id": "A1", "name": "One"}, {"id": "A2"}]}]},
        "attributes": {"observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "Q"}]}]},
    }
    observations = changes.pop("observations", {"0": [7, 0]})
    return json.dumps({"structure": parts | changes, "dataSets": [{"observations": observations}]}).encode()


def test_json_points_only_at_what_is_there(tmp_path: Path) -> None:
    (row,) = read_bytes(tmp_path, flat())
    assert (row["AREA"], row["AREA label"], row["OBS_VALUE"], row["OBS_STATUS"]) == ("A1", "One", "7", "A")
    for observations in (
        {"2": [7, 0]},
        {"-1": [7, 0]},
        {"0": [7, 2]},
        {"0": [7, -1]},
        {"0": [7, True]},
        {"0:0": [7]},
        {"": [7]},
        {"0": [7, 0, 0]},
        {"x": [1]},
    ):
        with pytest.raises(DeliveryError):
            read_bytes(tmp_path, flat(observations=observations))


def test_json_values_that_are_none(tmp_path: Path) -> None:
    for value, expected in ((None, None), ("NaN", None), (0, "0"), ("0.50", "0.50"), (1e20, "1e+20")):
        (row,) = read_bytes(tmp_path, flat(observations={"1": [value]}))
        assert row["OBS_VALUE"] == expected
    (row,) = read_bytes(tmp_path, flat(observations={"1": [7, 1]}))
    assert row["OBS_VALUE"] is None and row["OBS_STATUS"] == "Q"
    for spoiled in (b'{"structure": {}, "dataSets": [], "dataSets": []}', b'{"dataSets": [NaN]}', b"[1]", b"{}", b"{"):
        with pytest.raises(DeliveryError):
            read_bytes(tmp_path, spoiled)


@pytest.mark.parametrize(
    ("delimiter", "first"), [(",", "DATAFLOW"), (";", "DATAFLOW"), ("\t", "STRUCTURE"), (";", '"DATAFLOW"')]
)
def test_csv_says_itself_how_it_is_parted(tmp_path: Path, delimiter: str, first: str) -> None:
    text = f"\ufeff{first},REF_AREA,TIME_PERIOD,OBS_VALUE\r\nXX:F(1.0),A1,2023-Q2,3\r\n".replace(",", delimiter)
    (row,) = read_bytes(tmp_path, text.encode())
    assert (row["REF_AREA"], row["TIME_PERIOD"], row["OBS_VALUE"]) == ("A1", "2023-Q2", "3")


def test_broken_records_are_reported_once(tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"STRUCTURE,STRUCTURE_ID,ACTION,AREA,OBS_VALUE\nd,X:Y(1),I,A1,1\nd,X:Y(1),I,A2\nd,X:Y(1),I,A3,3\n")
    with duckdb.connect() as con:
        opened = open_sdmx(con, file, SdmxFormat(kind="sdmx"), tmp_path)
        place = opened.header.index("OBS_VALUE")
        assert con.execute(f"select c{place} from {opened.relation}").fetchall() == [("1",), ("3",)]
        assert [(one.line, one.text) for one in opened.ragged()] == [(3, "d,X:Y(1),I,A2")]
        assert [(one.line, one.text) for one in opened.records_of([1], 2)] == [(4, "d,X:Y(1),I,A3,3")]


def test_an_encoding_the_message_declares(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="{}"?><StructureSpecificData><DataSet><Obs PLACE="Ñandú" OBS_VALUE="1"/></DataSet></StructureSpecificData>'
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        (row,) = read_bytes(tmp_path, text.format(encoding).encode(encoding))
        assert row["PLACE"] == "Ñandú"
