"""Official statistics of the made-up city and its country: yearly, in the long form of SDMX."""

from __future__ import annotations

import numpy as np

from sga_pipeline.demo.place import CITY, COUNTRY, YEARS

# Indicator, value of the city in 2016, change a year, value of the country in 2016, by sex, digits.
REPORTED: tuple[tuple[str, float, float, float, bool, int], ...] = (
    ("demo.household_size_mean", 2.61, -0.02, 2.74, False, 2),
    ("demo.literacy_rate", 96.4, 0.12, 94.1, True, 1),
    ("demo.youth_unemployment_rate", 23.8, -0.6, 21.5, True, 1),
    ("socio.gdp_pc", 15_400, 310, 13_900, False, 0),
    ("socio.hdi", 0.781, 0.004, 0.764, False, 3),
    ("socio.poverty_rate", 18.9, -0.35, 20.2, True, 1),
    ("socio.gini", 0.402, -0.002, 0.389, False, 3),
    ("services.electricity_access", 98.1, 0.1, 97.2, False, 1),
    ("drugs.use_prevalence_general", 5.4, 0.15, 4.7, True, 1),
    ("gov.court_cases_resolved", 21_300, 240, 1_050_000, False, 0),
    ("gov.police_rate", 2.9, 0.02, 2.6, False, 2),
    ("gov.prison_overcrowding", 118, 1.4, 109, False, 1),
    ("gov.unsentenced_share", 31.5, -0.4, 28.0, False, 1),
    ("gov.perceived_insecurity", 44.0, -0.7, 39.5, True, 1),
    ("cohesion.voter_turnout", 52.3, 0.0, 55.0, False, 1),
    ("cohesion.open_public_space_share", 21.7, 0.15, 24.0, False, 1),
    ("cohesion.discrimination_share", 14.2, 0.25, 12.1, True, 1),
)
# Values the office never published: indicator and year. They are missing, not zero.
NOT_PUBLISHED = (("socio.gini", 2020), ("gov.perceived_insecurity", 2020), ("drugs.use_prevalence_general", 2017))
ONLY_EVERY = {"cohesion.voter_turnout": 4, "cohesion.open_public_space_share": 3}
SEX_CODES = {"_T": "T", "F": "F", "M": "M"}


def make_statistics(random: np.random.Generator) -> list[tuple[str, str, int, str, float | None]]:
    """Indicator, area, year, sex, value; None where it was not published."""
    rows: list[tuple[str, str, int, str, float | None]] = []
    for name, start, change, national, by_sex, digits in REPORTED:
        for year in YEARS[:: ONLY_EVERY.get(name, 1)]:
            for area, level in ((CITY, start), (COUNTRY, national)):
                value = level + change * (year - YEARS[0]) + random.normal(0, abs(level) * 0.004)
                gone = (name, year) in NOT_PUBLISHED
                rows.append((name, area, year, "_T", None if gone else round(value, digits)))
                if by_sex and not gone:
                    gap = abs(level) * 0.06
                    rows.append((name, area, year, "F", round(value + gap, digits)))
                    rows.append((name, area, year, "M", round(value - gap, digits)))
    return rows


# Year, answer, document.
ATTESTATIONS = (
    ("2018", "no", "Minutes of the council, 14 March 2018"),
    ("2021", "partly", "Ordinance 7/2021 on neighbourhood assemblies, articles 3 to 5"),
    ("2024", "yes", "Ordinance 2/2024 on participatory budgeting"),
)
