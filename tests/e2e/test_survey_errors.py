"""Shares, errors and intervals of the survey against a survey library's own, from the raw file."""

from __future__ import annotations

import polars as pl
import pytest
import svy

from tests.runs import Run

# Question, what one must have said yes to before it counts, and indicator.
ASKED = [
    ("feels_unsafe", "", "gov.perceived_insecurity"),
    ("reported_crime", "victim_12m", "gov.victim_reporting_rate"),
    ("bribe_12m", "contact_official_12m", "gov.bribery_prevalence.usable"),
    ("confident_police", "", "gov.public_confidence.police"),
    ("discriminated_12m", "", "cohesion.discrimination_share"),
    ("donated_12m", "", "cohesion.volunteering_share.resources"),
]


@pytest.mark.parametrize(("question", "base", "indicator"), ASKED)
@pytest.mark.parametrize("wave", [2021, 2024])
def test_the_library_agrees(demo: Run, question: str, base: str, indicator: str, wave: int) -> None:
    raw = pl.read_csv(demo.home / "cities" / demo.city_id / "data" / "survey.csv").filter(pl.col("year") == wave)
    # A domain, not a smaller sample: points where nobody was asked still belong to the design.
    asked = (pl.col(question) != 9) & ((pl.col(base) == 1) if base else pl.lit(True))
    answered = raw.with_columns((pl.col(question) == 1).cast(pl.Int64).alias("y"), asked.alias("asked"))
    sample = svy.Sample(answered, svy.Design(stratum="zone", psu="point", wgt="weight"))
    ours = {
        str(row[0]): row[1:]
        for row in demo.rows(
            "select sex, value, ci_low, ci_high, n from observations where indicator_id = ? and period = ? and area_level = 'city' "
            "and age = '_T' and other_dim is null and sources = ['survey']",
            [indicator, str(wave)],
        )
    }
    theirs = [("_T", one) for one in sample.estimation.prop("y", where=svy.col("asked")).to_dicts()]  # type: ignore[union-attr]
    theirs += [
        ({1: "F", 2: "M"}[one["by_level"][0]], one)
        for one in sample.estimation.prop("y", by="sex", where=svy.col("asked")).to_dicts()
    ]  # type: ignore[union-attr]
    compared = 0
    for sex, one in theirs:
        if int(one["y_level"]) != 1:
            continue
        value, low, high, _ = ours[sex]
        assert value == pytest.approx(100 * one["est"], rel=1e-9)
        # Within a group the library takes Student's t from the points that have someone of it, we from the whole design: a difference in the fourth digit.
        near = 1e-6 if sex == "_T" and not base else 2e-4
        assert (low, high) == (pytest.approx(100 * one["lci"], rel=near), pytest.approx(100 * one["uci"], rel=near)), (
            sex,
            one,
        )
        compared += 1
    assert compared == 3
