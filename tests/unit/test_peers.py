"""Which other cities a run quotes, and that it keeps what it quotes in its own files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.programme.renew import renew_programme
from sga_pipeline.run_records import peers
from sga_pipeline.run_records.peers import note_programme, peer_figures, quoted_programme
from tests.city_folder import write_city
from tests.programme_releases import write_release


@pytest.fixture
def city(tmp_path: Path) -> CityPlan:
    return read_assessment([write_city(tmp_path)]).cities[0]


def programme(home: Home) -> Path:
    home.prepare()
    return renew_programme(home).release.path


def quoted(frame: pl.DataFrame) -> list[str]:
    return sorted(frame["peer_id"].unique().to_list())


def test_without_a_programme_nothing_is_quoted(city: CityPlan, tmp_path: Path) -> None:
    assert peer_figures(city, None).height == 0
    assert quoted_programme(Home(tmp_path / "none"), city.id) is None


def test_others_are_quoted_and_never_the_city_itself(city: CityPlan, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    write_release(home, "xx_small", {"2023": 9})
    write_release(home, "xx_alba", {"2022": 8, "2023": 10})
    found = peer_figures(city, programme(home))
    assert found.select("city_id", "peer_id", "period", "value").rows() == [
        ("xx_small", "xx_alba", "2022", 8.0),
        ("xx_small", "xx_alba", "2023", 10.0),
    ]


def test_of_many_those_of_the_country_come_first_and_then_the_nearest_in_size(
    city: CityPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MOST", 3)
    home = Home(tmp_path / "home")
    write_release(home, "xx_small", {"2023": 9}, population=100_000)
    write_release(home, "xx_near", {"2023": 9}, population=110_000)
    write_release(home, "xx_far", {"2023": 9}, population=900_000)
    write_release(home, "xx_tiny", {"2023": 9}, population=5_000)
    write_release(home, "yy_abroad", {"2023": 9}, population=100_000, country="XXB")
    assert quoted(peer_figures(city, programme(home))) == ["xx_far", "xx_near", "xx_tiny"]
    monkeypatch.setattr(peers, "MOST", 2)
    assert quoted(peer_figures(city, programme(home))) == ["xx_far", "xx_near"]


def test_the_release_quoted_is_noted(city: CityPlan, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run_records(city.id).mkdir(parents=True)
    note_programme(home, city.id, tmp_path / "20240101T000000Z-00000001")
    assert quoted_programme(home, city.id) == "20240101T000000Z-00000001"
    note_programme(home, city.id, None)
    assert quoted_programme(home, city.id) is None
