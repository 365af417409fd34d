"""The made-up city's survey of victims and perceptions: two waves, four strata, eighty points, thirty people a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sga_pipeline.demo.place import Numbers

WAVES = (2021, 2024)
STRATA, POINTS, A_POINT = 4, 20, 30
# Residents of 15 and over that each stratum stands for.
STANDS_FOR = (160_000, 130_000, 110_000, 70_000)
# Question, share of yes in the first wave, change to the second, the question it hangs on ('' for none).
ASKED: tuple[tuple[str, float, float, str], ...] = (
    ("victim_12m", 0.24, -0.02, ""),
    ("reported_crime", 0.38, 0.03, "victim_12m"),
    ("contact_official_12m", 0.46, 0.01, ""),
    ("bribe_12m", 0.11, -0.02, "contact_official_12m"),
    ("used_service_12m", 0.61, 0.02, ""),
    ("satisfied_service", 0.57, 0.04, "used_service_12m"),
    ("confident_local_government", 0.41, 0.02, ""),
    ("confident_police", 0.47, 0.03, ""),
    ("confident_judiciary", 0.35, 0.01, ""),
    ("confident_in_all", 0.22, 0.01, ""),
    ("feels_unsafe", 0.43, -0.04, ""),
    ("used_drug_12m", 0.062, 0.008, ""),
    ("had_never_used_drug", 0.88, -0.01, ""),
    ("first_used_drug_12m", 0.021, 0.002, "had_never_used_drug"),
    ("volunteered_time_12m", 0.19, 0.01, ""),
    ("donated_12m", 0.31, 0.02, ""),
    ("volunteered_any_12m", 0.40, 0.02, ""),
    ("discriminated_12m", 0.14, 0.02, ""),
)
QUESTIONS = tuple(name for name, *_ in ASKED)
NOT_ASKED, NO_ANSWER = -1, 0.015


@dataclass(frozen=True)
class Survey:
    """One entry a respondent; answers 1 yes, 0 no, -1 not asked or not answered."""

    year: Numbers
    stratum: Numbers
    cluster: Numbers
    weight: npt.NDArray[np.float64]
    sex: Numbers
    age: Numbers
    disabled: Numbers
    answers: Numbers


def true_share(question: str, wave: int) -> float:
    """What the population would say, if everyone were asked."""
    _, first, change, _ = next(one for one in ASKED if one[0] == question)
    return first + (change if wave == WAVES[1] else 0.0)


def make_survey(random: np.random.Generator) -> Survey:
    """Draw both waves; points differ among themselves, as real ones do."""
    number = len(WAVES) * STRATA * POINTS * A_POINT
    at = np.arange(number)
    cluster = at // A_POINT % (STRATA * POINTS)
    stratum = cluster // POINTS
    year = np.array(WAVES)[at // (STRATA * POINTS * A_POINT)]
    answers = np.full((number, len(ASKED)), NOT_ASKED, dtype=np.int64)
    for column, (name, _, _, hangs_on) in enumerate(ASKED):
        for wave in WAVES:
            spread = random.normal(0, 0.12, STRATA * POINTS) * np.sqrt(
                true_share(name, wave) * (1 - true_share(name, wave))
            )
            # The points of a wave differ, and their mean is the truth.
            spread -= np.average(spread, weights=np.repeat(STANDS_FOR, POINTS))
            chance = np.clip(true_share(name, wave) + spread, 0.001, 0.999)
            rows = year == wave
            answers[rows, column] = (random.random(int(rows.sum())) < chance[cluster[rows]]).astype(np.int64)
        if hangs_on:
            answers[answers[:, QUESTIONS.index(hangs_on)] != 1, column] = NOT_ASKED
    answers[random.random(answers.shape) < NO_ANSWER] = NOT_ASKED
    return Survey(
        year=year,
        stratum=stratum,
        cluster=cluster,
        weight=np.array(STANDS_FOR)[stratum] / (POINTS * A_POINT),
        sex=(random.random(number) < 0.48).astype(np.int64),
        age=random.integers(15, 85, number),
        disabled=(random.random(number) < 0.11).astype(np.int64),
        answers=answers,
    )
