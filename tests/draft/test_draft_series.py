"""How deliveries relate, guessed from files of one series: what is in them, how sure the draft is, and what a single file leaves blank."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from sga_pipeline.contracts.yaml_reader import read_yaml
from sga_pipeline.draft.drafting import Draft, draft_file
from sga_pipeline.draft.series import files_of, series_of
from tests.runs import sga

HEADER = "case number,date,offence,district\n"


def event(number: object, day: str, offence: str = "theft") -> str:
    return f"C{number},{day},{offence},north"


def drafted(folder: Path, files: dict[str, Iterable[str]], header: str = HEADER, shape: str | None = None) -> Draft:
    """The draft of the one series that these files are."""
    for name, rows in files.items():
        (folder / name).write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    (series,) = series_of(files_of([folder]))
    made = draft_file(series.newest, None, [], series.newest.name, shape, series)
    (folder / "draft.txt").write_text(made.text, encoding="utf-8")
    read_yaml(folder / "draft.txt")
    return made


def source(made: Draft) -> str:
    return next(line for line in made.text.splitlines() if line.startswith("source:"))


def test_each_file_holds_only_its_own_year(tmp_path: Path) -> None:
    made = drafted(
        tmp_path,
        {
            f"crimes_{year}.csv": [event(f"{year}-{at}", f"{year}-{at % 12 + 1:02}-13") for at in range(60)]
            for year in (2021, 2022, 2023)
        },
    )
    assert (made.relation.line, made.feed_id) == ("replaces: period", "crimes")
    assert source(made).endswith('address: "crimes_{period}.csv", periods: {freq: A, first: "2021"}}')
    assert "0 of 120 keys are in the next file as well" in made.relation.why and "not sure" not in made.relation.why
    assert "# guess: 3 files were compared by case number" in made.text


def test_two_files_are_few(tmp_path: Path) -> None:
    files = {
        f"c_{month}.csv": [event(f"{month}/{at}", f"{month}-13") for at in range(9)] for month in ("2023-01", "2023-02")
    }
    made = drafted(tmp_path, files)
    assert made.relation.line == "replaces: period" and made.relation.why.endswith("; not sure")
    assert "freq: M, first: " in source(made)


def test_each_file_repeats_the_earlier_ones_whole(tmp_path: Path) -> None:
    """A yearbook of 2023 has the years before it as well."""
    made = drafted(
        tmp_path,
        {
            f"yearbook {last}.csv": [f"{year};Homicídio doloso;{year % 90}" for year in range(2018, last + 1)]
            for last in (2021, 2022, 2023)
        },
        "Ano;Natureza;Ocorrências\n",
        "crime_counts",
    )
    assert (
        made.relation.line == "replaces: all"
        and "each repeats the one before whole and adds 2 keys" in made.relation.why
    )
    assert source(made) == 'source: {connector: file, address: "yearbook *.csv"}'


def test_later_files_put_some_records_right_and_add_others(tmp_path: Path) -> None:
    def month(last: int) -> list[str]:
        """Every file has the records of the last two months, some with what was found out since."""
        return [
            event(f"{one}/{at}", f"2023-{one:02}-13", "robbery" if at < 3 and one < last else "theft")
            for one in (last - 1, last)
            for at in range(30)
        ]

    made = drafted(tmp_path, {f"crimes_2023-{last:02}.csv": month(last) for last in (4, 5, 6, 7)})
    assert made.relation.line == "updates: key"
    assert "90 of 180 keys are in the next file as well, 9 of them with other content" in made.relation.why
    assert "periods: {freq: M" in source(made) and "not sure" not in made.relation.why


def test_numbers_that_begin_anew_are_no_records_put_right(tmp_path: Path) -> None:
    files = {f"crimes_{year}.csv": [event(at, f"{year}-05-13") for at in range(60)] for year in (2021, 2022, 2023)}
    made = drafted(tmp_path, files)
    assert made.relation.line == "replaces: period"
    assert "numbers seem to begin anew" in made.relation.why and "join the period to case number" in made.relation.why


def test_the_period_is_the_name_s_where_no_column_gives_it(tmp_path: Path) -> None:
    files = {f"table_{year}.csv": [f"theft,{year}", f"robbery,{year}"] for year in (2021, 2022, 2023)}
    made = drafted(tmp_path, files, "offence,count\n", "crime_counts")
    # Nothing in the rows says of when they are, and the same keys come in every file.
    assert made.relation.line == "replaces: period"
    assert "  period: {period: whole}" in made.text


def test_files_without_a_key_are_compared_by_their_rows(tmp_path: Path) -> None:
    def rows(last: int) -> list[str]:
        return [f"2023-{month:02}-{day:02},theft" for month in range(1, last + 1) for day in range(1, 29)]

    made = drafted(tmp_path, {f"all 2023-{last:02}-28.csv": rows(last) for last in (3, 4, 5)}, "date,offence\n")
    assert made.relation.line == "replaces: all" and "compared by all their columns" in made.relation.why
    assert 'address: "all *.csv"' in source(made)


@pytest.mark.parametrize("name", ["crimes_2023.csv", "crimes.csv"])
def test_one_file_leaves_a_blank(tmp_path: Path, name: str) -> None:
    made = drafted(tmp_path, {name: [event(at, "2023-05-13") for at in range(60)]})
    assert made.relation.line.startswith('replaces: "TODO: all where each file is the whole')
    assert "one file cannot show how deliveries relate" in " ".join(made.text.replace("#", "").split())


def test_a_folder_is_drafted_series_by_series(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    for year in (2021, 2022, 2023):
        rows = "".join(f"{event(f'{year}-{at}', f'{year}-05-13')}\n" for at in range(30))
        (folder / f"crimes_{year}.csv").write_text(HEADER + rows, encoding="utf-8")
    # A table of the same name and other columns is no part of the series.
    (folder / "crimes_2020.csv").write_text("year,sex,residents\n2020,F,500\n2020,M,480\n", encoding="utf-8")
    city = tmp_path / "xx_town"
    done = sga("new", "--city", city, "--from", folder)
    assert done.returncode == 0, done.stderr
    assert sorted(one.name for one in (city / "feeds").glob("*.yaml")) == ["crimes.yaml", "crimes_2020.yaml"]
    assert "3 files, crimes_2021.csv to crimes_2023.csv" in done.stdout
    assert "apart   crimes_2020.csv: its columns are not those" in done.stdout
    checked = sga("check", city)
    assert checked.returncode == 2 and "[replaces], in" in checked.stderr
