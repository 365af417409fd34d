"""Clean cities raise nothing of medium severity or above, and are what they claim to be: accepted whole, every printed indicator known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.clean import clean_city
from tests.planted.grading import ORDER
from tests.planted.proof import Proof, assess
from tests.planted.suite import CLEAN_CITIES, clean_programmes
from tests.planted.writing import write_city
from tests.runs import Run


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return assess(clean_programmes(), tmp_path_factory.mktemp("clean"))


@pytest.fixture
def clean(proof: Proof) -> Run:
    """One of them, looked at closely."""
    city_id = clean_city(3).id
    return Run(proof.homes[city_id], city_id, 0, proof.said)


def test_a_seed_gives_the_same_city_twice(tmp_path: Path) -> None:
    one, other = (write_city(clean_city(11), tmp_path / name) for name in ("one", "other"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) > 15
    assert all((one / file).read_bytes() == (other / file).read_bytes() for file in files)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_clean_cities_raise_nothing(proof: Proof, capsys: pytest.CaptureFixture[str]) -> None:
    found = [one for one in proof.findings if ORDER.index(one["severity"]) > 0]
    with capsys.disabled():
        print(
            f"\n{CLEAN_CITIES} clean cities: {len(found)} findings of medium or above, {len(proof.findings) - len(found)} low"
        )
        for one in found:
            print(f"  {one['city_id']} {one['gap_code']} {one['severity']} {one['status']}: {one['statement']}")
    assert len({one["city_id"] for one in proof.findings}) == CLEAN_CITIES, (
        "a register without a single low finding was not written"
    )
    assert found == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_record_is_kept(clean: Run) -> None:
    assert "not all well" not in clean.said, clean.said
    [(deliveries, lost)] = clean.rows(
        "select count(*), sum(rows_in - rows_kept) from deliveries where accepted and rows_in > 0"
    )
    assert deliveries == 9 and lost == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
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
