"""What the clean cities of the proof claim to be: accepted whole, every printed indicator known in every year and beside the country's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.clean import clean_city
from tests.planted.writing import write_city
from tests.runs import Run, sga


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("clean")
    city = clean_city(3)
    done = sga("run", "--home", folder / "home", write_city(city, folder))
    return Run(folder / "home", city.id, done.returncode, done.stdout + done.stderr)


def test_a_seed_gives_the_same_city_twice(tmp_path: Path) -> None:
    one, other = (write_city(clean_city(11), tmp_path / name) for name in ("one", "other"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) > 15
    assert all((one / file).read_bytes() == (other / file).read_bytes() for file in files)


@pytest.mark.slow
def test_every_record_is_kept(clean: Run) -> None:
    assert clean.status == 0, clean.said
    [(deliveries, lost)] = clean.rows(
        "select count(*), sum(rows_in - rows_kept) from deliveries where accepted and rows_in > 0"
    )
    assert deliveries == 9 and lost == 0


@pytest.mark.slow
def test_every_printed_indicator_is_known_in_every_year_and_for_the_country(clean: Run) -> None:
    known = clean.rows(
        """
        select indicator_id, count(observations.value) as years,
            count(*) filter (where indicator_id in (select indicator_id from comparisons where comparator = 'national')) as compared
        from indicators left join observations using (indicator_id)
        where record_type = 'printed' and area_level = 'city' and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null
        group by indicator_id
        """
    )
    assert len(known) == 102
    assert [row for row in known if row[1] != 4 or row[2] == 0] == []
