"""From an SDMX message into the shape `observations`: periods, values and statuses, and what is quarantined."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from tests.city_folder import write_city
from tests.sdmx_messages import FEED, message
from tests.unit.test_conform_delivery import Arrived


def conform(folder: Path, content: bytes) -> tuple[Outcome, list[dict[str, object]], int]:
    city = write_city(folder)
    feed = FEED.format(source="{connector: file, address: statistics.xml}", replaces="all")
    (city / "feeds" / "statistics.yaml").write_text(feed, encoding="utf-8")
    (plan,) = [one for one in read_assessment([city]).cities[0].feeds if one.id == "statistics"]
    file = folder / "statistics.xml"
    file.write_bytes(content)
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir()
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    kept = pl.read_parquet(sinks.kept).to_dicts() if sinks.kept.exists() else []
    bad = len(pl.read_parquet(sinks.quarantine)) if sinks.quarantine.exists() else 0
    return outcome, kept, bad


def series(*observations: str, area: str = "C01") -> bytes:
    inside = "".join(f"<Obs {one}/>" for one in observations)
    return message(f'<Series INDICATOR="LIT" REF_AREA="{area}" SEX="_T">{inside}</Series>')


def test_periods(tmp_path: Path) -> None:
    given = ["2020", "2021-A1", "2022-04", "2022-M05", "2023-Q2", "2023-S1", "2023-W05", "2023-04-30", "2023-D120"]
    outcome, kept, bad = conform(tmp_path, series(*(f'TIME_PERIOD="{one}" OBS_VALUE="1"' for one in given)))
    assert [row["period"] for row in kept] == ["2020", "2021", "2022-04", "2022-05", "2023-Q2"]
    # Half-years, weeks and days have no place in the shape; they are set aside, not bent.
    assert bad == 4 and outcome.rows_in == 9


def test_zero_missing_and_suppressed_stay_apart(tmp_path: Path) -> None:
    content = series(
        'TIME_PERIOD="2015" OBS_VALUE="0" OBS_STATUS="A"',
        'TIME_PERIOD="2016" OBS_VALUE="0" OBS_STATUS="Q"',
        'TIME_PERIOD="2017" OBS_VALUE="NaN" OBS_STATUS="O"',
        'TIME_PERIOD="2018" OBS_STATUS="M"',
        'TIME_PERIOD="2019" OBS_VALUE="12.50" OBS_STATUS="P"',
        'TIME_PERIOD="2020" OBS_VALUE="3" CONF_STATUS="C"',
        'TIME_PERIOD="2021" OBS_VALUE="INF" OBS_STATUS="A"',
        'TIME_PERIOD="2022" OBS_VALUE=":" OBS_STATUS="A"',
        'TIME_PERIOD="2023" OBS_VALUE="4" OBS_STATUS="Z"',
    )
    outcome, kept, bad = conform(tmp_path, content)
    assert [(row["period"], row["value"], row["obs_status"]) for row in kept] == [
        ("2015", 0.0, "A"),
        ("2016", None, "Q"),
        ("2017", None, "O"),
        ("2018", None, "M"),
        ("2019", 12.5, "P"),
        ("2020", None, None),
    ]
    assert bad == 3 and outcome.rows_in == outcome.rows_kept + outcome.rows_quarantined + outcome.rows_duplicate == 9


def test_another_area_is_set_aside(tmp_path: Path) -> None:
    _, kept, bad = conform(tmp_path, series('TIME_PERIOD="2020" OBS_VALUE="1"', area="C02"))
    assert (kept, bad) == ([], 1)


def test_a_complaint_is_refused_and_names_what_to_do(tmp_path: Path) -> None:
    outcome, _, _ = conform(
        tmp_path, b'<m:Error xmlns:m="m"><m:ErrorMessage code="140"><m:Text>Syntax</m:Text></m:ErrorMessage></m:Error>'
    )
    assert not outcome.accepted and "140 Syntax" in outcome.reason and "ask again" in outcome.reason


def test_an_empty_data_set_is_a_delivery_without_rows(tmp_path: Path) -> None:
    outcome, kept, _ = conform(tmp_path, message(""))
    assert (outcome.accepted, outcome.rows_in, kept) == (True, 0, []), outcome.reason
