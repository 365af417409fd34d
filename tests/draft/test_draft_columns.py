"""What a draft says of a file: encodings, dates, numbers, keys, sentinels; what it keeps to itself; what it refuses."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from sga_pipeline.contracts.blanks import blanks_of
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.contracts.yaml_reader import read_yaml
from sga_pipeline.draft.drafting import Draft, draft_file
from sga_pipeline.draft.offences import suggest
from sga_pipeline.errors import DeliveryError
from tests.draft.afternoon import square
from tests.runs import sga


def drafted(folder: Path, text: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Draft:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    made = draft_file(file, None, [], name)
    (folder / "draft.yaml").write_text(made.text, encoding="utf-8")
    read_yaml(folder / "draft.yaml")
    return made


def line(made: Draft, name: str) -> str:
    return next((one.filled for one in made.filling.lines if one.name == name), "")


WESTERN = "Delito;Município;Data\nHomicídio;São João;31/12/2023\nLesão à mão;Açaí;30/11/2023\n" * 20
CYRILLIC = "Преступление;Район;Дата\nКража;Центральный;31.12.2023\nРазбой;Северный;30.11.2023\n" * 20

POLISH = (
    "Rodzaj przestępstwa;Osiedle;Data\nZabójstwo;Bałuty;31.12.2023\nKradzież z włamaniem;Śródmieście;30.11.2023\n" * 20
)
CZECH = "Trestný čin;Městská část;Datum\nVražda;Žižkov;31.12.2023\nLoupež;Břevnov;30.11.2023\n" * 20


def test_names_of_columns_in_polish(tmp_path: Path) -> None:
    header = "Nr sprawy;Data zdarzenia;Data zgłoszenia;Kwalifikacja prawna;Rodzaj przestępstwa;Osiedle;Ulica;Płeć;Szerokość geogr.;Długość geogr.\n"
    row = "KMP-{at};{day}.12.2023;31.12.2023;art. 278 kk;kradzież;Bałuty;Zgierska;{sex};51,7;19,4\n"
    made = drafted(
        tmp_path, header + "".join(row.format(at=at, day=10 + at % 20, sex="KM"[at % 2]) for at in range(60))
    )
    meant = {one.name: one.meaning for one in made.looked.columns}
    assert made.choice.shape == "crime_events"
    assert meant == {
        "Nr sprawy": "event_id",
        "Data zdarzenia": "event_date",
        "Data zgłoszenia": "report_date",
        "Kwalifikacja prawna": "",
        "Rodzaj przestępstwa": "offence",
        "Osiedle": "area",
        "Ulica": "",
        "Płeć": "sex",
        "Szerokość geogr.": "latitude",
        "Długość geogr.": "longitude",
    }
    assert [one.name for one in made.looked.columns if one.private] == ["Ulica"]


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (POLISH, "cp1250", "cp1250"),
        (POLISH, "iso8859_2", "iso8859_2"),
        (CZECH, "cp1250", "cp1250"),
        (CZECH, "iso8859_2", "iso8859_2"),
    ],
)
def test_encodings_of_central_europe(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    form = drafted(tmp_path, text, encoding=encoding).found.form
    assert isinstance(form, CsvFormat)
    assert form.encoding == found


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (WESTERN, "utf-8", "utf-8"),
        (WESTERN, "utf-8-sig", "utf-8"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "latin-1", "cp1252"),
        (WESTERN, "mac_roman", "mac_roman"),
        (WESTERN, "utf-16", "utf-16"),
        (CYRILLIC, "cp1251", "cp1251"),
        (CYRILLIC, "koi8_r", "koi8_r"),
        (CYRILLIC, "utf-8", "utf-8"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, text: str, encoding: str, found: str, end: str) -> None:
    made = drafted(tmp_path, text.replace("\n", end), encoding=encoding)
    assert isinstance(made.found.form, CsvFormat)
    assert (made.found.form.encoding, made.found.form.delimiter) == (found, ";")
    assert made.looked.rows == text.count("\n") - 20 + 19
    assert made.choice.shape == "crime_events"


def test_day_and_month_are_never_chosen_silently(tmp_path: Path) -> None:
    rows = "".join(f"C{at},{at % 12 + 1:02}/{at % 11 + 1:02}/2023,theft\n" for at in range(60))
    made = drafted(tmp_path, "case number,date,offence\n" + rows)
    assert 'date: ["TODO: %d/%m/%Y or %m/%d/%Y' in line(made, "occurred_on")
    problems = blanks_of(read_yaml(tmp_path / "draft.yaml"))
    assert [one.value for one in problems] == [
        "owner.contact",
        "owner.name",
        "licence",
        "citation",
        "replaces",
        "columns.occurred_on.steps.date",
    ]
    both = drafted(tmp_path, "case number,date,offence\n" + rows + "X,31/12/2023,theft\nY,12/31/2023,theft\n")
    assert "TODO" in line(both, "occurred_on")
    clear = drafted(tmp_path, "case number,date,offence\n" + rows + "X,12/31/2023,theft\n")
    assert 'date: ["%m/%d/%Y"]' in line(clear, "occurred_on")


def test_what_is_about_persons_stays_inside(tmp_path: Path) -> None:
    rows = "".join(
        f"{at},2023-01-{at % 28 + 1:02},robbery,Jane Roe,{at} Elm Street,+1 555 010 {at % 10:04},jane{at}@example.org,A long story about what Jane Roe saw on the night number {at} of it\n"
        for at in range(40)
    )
    made = drafted(tmp_path, "id,date,offence,who,spot,line,write,said\n" + rows.replace("Jane Roe,", "Jane Roe,", 1))
    private = {column.name for column in made.private}
    assert {"spot", "line", "write", "said"} <= private
    everything = made.text + "".join(made.mappings.values())
    assert not [word for word in ("Jane", "Elm", "555", "example.org", "story") if word in everything]
    assert "  - spot" in made.text


def test_rare_values_are_not_written(tmp_path: Path) -> None:
    rows = (
        "".join(f"{at},2023-01-{at % 28 + 1:02},theft\n" for at in range(50)) + "91,2023-02-01,rape of somebody\n" * 4
    )
    made = drafted(tmp_path, "id,date,offence\n" + rows)
    assert "somebody" not in made.text + made.mappings["offences"]
    assert made.mappings["offences"].splitlines()[1].startswith("theft,50,,0502,Theft,")
    assert made.rare_offences == 1


def test_numbers_sentinels_and_swapped_coordinates(tmp_path: Path) -> None:
    rows = "".join(
        f"{at},{at % 28 + 1}.12.2023,theft,{-99.1 - at / 1000:.4f},{19.3 + at / 1000:.4f}\n" for at in range(30)
    )
    made = drafted(tmp_path, "id,date,offence,latitude,longitude\n" + rows)
    assert line(made, "latitude") == "{from: longitude}"
    ages = "".join(f"{at},2023-12-{at % 28 + 1:02},X95,{[20 + at % 50, 999][at % 6 == 0]},F\n" for at in range(90))
    deaths = drafted(tmp_path, "record id,date of death,underlying cause,age,sex\n" + ages)
    assert deaths.choice.shape == "deaths"
    assert line(deaths, "age") == '{from: age, steps: [{null_if: ["999"]}, {number: {}}]}'
    assert line(deaths, "sex") == "{from: sex}"


def test_months_side_by_side_become_periods(tmp_path: Path) -> None:
    months = "Jan;Fev;Mar;Abr;Mai;Jun;Jul;Ago;Set;Out;Nov;Dez"
    rows = "".join(
        f"{name};{year};{';'.join(str(at * year % 97) for at in range(12))}\n"
        for year in (2022, 2023)
        for name in ("Homicídio doloso", "Furto de veículo")
    )
    made = drafted(tmp_path, f"Natureza;Ano;{months}\n{rows}", encoding="cp1252")
    assert made.choice.shape == "crime_counts"
    assert "    m04: {amount: Abr}" in made.text
    assert "add_up: {never: " in made.text
    assert line(made, "period") == '{join: [Ano, item], separator: "-", steps: [{replace: {old: "-m", new: "-"}}]}'


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        # Two rows of a key that differ in a column nobody maps are parts; the same row twice is a repeat.
        (["2022;Homicídio doloso;norte;3", "2022;Homicídio doloso;sul;3"], "add_up: true"),
        (["2022;Homicídio doloso;norte;3", "2022;Homicídio doloso;norte;3"], "add_up: {never: "),
        (["2022;Homicídio doloso;norte;3", "2022;Furto de veículo;norte;3"], "add_up: {never: "),
        # Two that differ in the amount alone are parts, or one of them is wrong; and a total is no part.
        (
            ["2022;Homicídio doloso;norte;3", "2022;Homicídio doloso;norte;4", "2022;Furto de veículo;norte;4"],
            'add_up: "TODO: true where',
        ),
        ([f"2022;Homicídio doloso;{one}" for one in ("norte;3", "sul;3", "todos;6")], 'add_up: "TODO: true, once'),
    ],
)
def test_whether_counts_are_added_up_is_guessed_from_keys_that_repeat(
    tmp_path: Path, rows: list[str], line: str
) -> None:
    table = "Ano;Natureza;Turno;Ocorrências\n" + "".join(f"{one}\n" for one in rows)
    (tmp_path / "f.csv").write_text(table, encoding="utf-8")
    made = draft_file(tmp_path / "f.csv", None, [], "f.csv", "crime_counts")
    assert f"\n{line}" in made.text
    assert "# guess:" in " ".join(made.text.split(f"\n{line}")[0].splitlines()[-2:])


def test_every_draft_says_how_its_deliveries_relate(tmp_path: Path) -> None:
    drafted(tmp_path, WESTERN)
    assert "replaces" in [one.value for one in blanks_of(read_yaml(tmp_path / "draft.yaml"))]
    squares = [
        {
            "type": "Feature",
            "properties": {"id": f"d{at}", "name": f"North {at}"},
            "geometry": {"type": "Polygon", "coordinates": square(at)},
        }
        for at in range(3)
    ]
    collection = json.dumps({"type": "FeatureCollection", "features": squares})
    assert "\nreplaces: all\n" in drafted(tmp_path, collection, "districts.geojson").text


def test_the_same_file_gives_the_same_draft(tmp_path: Path) -> None:
    first = drafted(tmp_path, WESTERN)
    again = drafted(tmp_path, WESTERN)
    assert (first.text, first.mappings) == (again.text, again.mappings)


def test_a_large_file_is_sampled_evenly(tmp_path: Path) -> None:
    rows = "".join(f"{at},2023-{at // 40_000 + 1:02}-01,theft\n" for at in range(450_000))
    made = drafted(tmp_path, "id,date,offence\n" + rows)
    assert (made.looked.rows, made.looked.looked_at) == (450_000, 150_000)
    dates = next(column for column in made.looked.columns if column.name == "date")
    assert sorted(count for _, count in dates.values)[-1] <= 13_334
    assert made.mappings["offences"].splitlines()[1].startswith("theft,450000,")


def bomb() -> bytes:
    return gzip.compress(b"a,b\n" + b"1,2\n" * 60_000_000, 9)


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("a.csv", b"", "empty"),
        ("b.csv", b"\x00\x01\x02\x03" * 4000, "not text"),
        ("c.csv", b"%PDF-1.7 x", "a PDF"),
        ("d.csv", b"<!DOCTYPE html><html>", "a web page"),
        ("e.xlsx", b"PK\x03\x04broken", "damaged"),
        ("f.json", b'{"a": [', "not JSON"),
        ("g.json", b"[" * 200_000, "not JSON"),
        ("h.csv", b"a,b\n", "no rows"),
        ("i.csv.gz", gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:-20], "damaged"),
        ("j.csv", b"17,2023-01-01,99\n18,2023-01-02,98\n" * 9, "not the names"),
        ("k.parquet", b"PAR1garbage", "not a Parquet"),
        ("l.json", b"[1, 2, 3]", "no list of objects"),
        ("m.xml", b"<?xml version='1.0'?><data/>", "XML"),
        ("n.xls", b"\xd0\xcf\x11\xe0junk", "not a workbook"),
        ("o.csv", b"\n\n\n", "empty"),
    ],
)
def test_hostile_files_are_refused_politely(tmp_path: Path, name: str, body: bytes, word: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(DeliveryError) as refused:
        draft_file(tmp_path / name, None, [], name)
    assert word in str(refused.value)
    assert refused.value.problem.next_step.endswith(".")


def test_a_bomb_and_an_archive_of_files(tmp_path: Path) -> None:
    (tmp_path / "bomb.csv.gz").write_bytes(bomb())
    with pytest.raises(DeliveryError, match="far more than its size"):
        draft_file(tmp_path / "bomb.csv.gz", None, [], "bomb")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        archive.writestr("../a.csv", "a,b\n1,2\n")
    with pytest.raises(DeliveryError, match="archive of 1 files"):
        draft_file(tmp_path / "many.zip", None, [], "many")


def test_headers_cannot_break_out(tmp_path: Path) -> None:
    evil = 'date,offence,"x\x1b[31m # y: {a: b}",{{ jinja }},"a: b","- c"\n'
    made = drafted(tmp_path, evil + "2023-12-31,theft,1,2,3,4\n" * 30)
    data = read_yaml(tmp_path / "draft.yaml").data
    assert "y" not in data and "\x1b" not in made.text
    assert set(data["ignore"]) >= {"{{ jinja }}", "a: b", "- c"}


def test_the_command_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("local,records\nTheft of car,50\nMurder,3\n", encoding="utf-8")
    listed = sga("mapping", "xx_any", "any", "--from", tmp_path / "list.csv", "--format", "json")
    (row,) = json.loads(listed.stdout)
    assert (row["local"], row["iccs_code"], row["suggestion"]) == (
        "Theft of car",
        "",
        suggest("Theft of car")[0].iccs_code,
    )
    assert sga("new").returncode == 1
    missing = sga("mapping", "--home", tmp_path, "xx_any", "any")
    assert "Run the city first" in missing.stderr
    (tmp_path / "bad.csv").write_bytes(b"%PDF-1.4")
    refused = sga("new", "--city", tmp_path / "xx_town", "--from", tmp_path / "bad.csv", tmp_path / "list.csv")
    assert refused.returncode == 1
    assert "a PDF" in refused.stderr
    assert (tmp_path / "xx_town" / "feeds" / "list.yaml").is_file()


def test_a_column_a_year_becomes_a_row_a_year(tmp_path: Path) -> None:
    rows = "".join(f"rate {at};%;7,{at};-;6,{at};5,{at}\n" for at in range(9))
    made = drafted(tmp_path, "indicator;unit;2020;2021;2022;2023\n" + rows)
    assert made.choice.shape == "observations"
    said = read_yaml(tmp_path / "draft.yaml").data
    assert said["melt"] == {"columns": "{year}", "parts": {"year": "[0-9]{4}"}, "value": "figure"}
    assert said["columns"]["period"] == {"from": "year"}
    assert said["columns"]["value"] == {"from": "figure", "steps": [{"null_if": ["-"]}, {"number": {"decimal": ","}}]}
    assert said["ignore"] == ["unit"]


def test_years_are_not_taken_apart_beside_a_column_of_years(tmp_path: Path) -> None:
    rows = "".join(f"rate {at},{2000 + at},1,2,3\n" for at in range(9))
    made = drafted(tmp_path, "indicator,year,2020,2021,2022\n" + rows)
    assert "melt" not in read_yaml(tmp_path / "draft.yaml").data
    assert not made.filling.years
