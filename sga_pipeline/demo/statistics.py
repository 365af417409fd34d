"""Official statistics of the made-up city and its country: yearly, in the long form of SDMX."""

from __future__ import annotations

import numpy as np

from sga_pipeline.demo.place import CITY, COUNTRY, YEARS

# Indicator, value of the city in 2016, change a year, value of the country in 2016, by sex, digits.
REPORTED: tuple[tuple[str, float, float, float, bool, int], ...] = (
    ("socio.hdi", 0.781, 0.004, 0.764, False, 3),
    ("socio.gini", 0.402, -0.002, 0.389, False, 3),
    # The country gives shares and rates alone; the city's own are computed from its counts and its survey.
    ("demo.literacy_rate", 0, 0.12, 94.1, True, 1),
    ("demo.youth_unemployment_rate", 0, -0.6, 21.5, True, 1),
    ("socio.gdp_pc", 0, 310, 13_900, False, 0),
    ("services.electricity_access", 0, 0.1, 97.2, False, 1),
    ("crime.homicide_rate", 0, -0.1, 6.8, True, 2),
    ("drugs.use_prevalence_general", 0, 0.15, 4.7, True, 1),
    ("gov.police_rate", 0, 0.02, 2.6, False, 2),
    ("gov.prison_overcrowding", 0, 1.4, 109, False, 1),
    ("gov.unsentenced_share", 0, -0.4, 28.0, False, 1),
    ("gov.perceived_insecurity", 0, -0.7, 39.5, True, 1),
    ("cohesion.voter_turnout", 0, 0.0, 55.0, False, 1),
    ("cohesion.discrimination_share", 0, 0.25, 12.1, True, 1),
)
# Values the office never published: indicator and year. They are missing, not zero.
NOT_PUBLISHED = (("socio.gini", 2020), ("gov.perceived_insecurity", 2020))
ONLY_EVERY = {"cohesion.voter_turnout": 4}
SEX_CODES = {"_T": "T", "F": "F", "M": "M"}


def make_statistics(random: np.random.Generator) -> list[tuple[str, str, int, str, float | None]]:
    """Indicator, area, year, sex, value; None where it was not published."""
    rows: list[tuple[str, str, int, str, float | None]] = []
    for name, start, change, national, by_sex, digits in REPORTED:
        for year in YEARS[:: ONLY_EVERY.get(name, 1)]:
            for area, level in ((CITY, start), (COUNTRY, national)):
                if not level:
                    continue
                value = level + change * (year - YEARS[0]) + random.normal(0, abs(level) * 0.004)
                gone = (name, year) in NOT_PUBLISHED
                rows.append((name, area, year, "_T", None if gone else round(value, digits)))
                if by_sex and not gone:
                    # Women and men lie on either side, and no share passes a hundred.
                    gap = min(abs(level) * 0.06, (100 - level) / 3) if 90 < level < 100 else abs(level) * 0.06
                    rows.append((name, area, year, "F", round(value + gap, digits)))
                    rows.append((name, area, year, "M", round(value - gap, digits)))
    return rows


# Indicator, year, answer, document.
ATTESTATIONS = (
    ("cohesion.participation_mechanisms", "2018", "no", "Minutes of the council, 14 March 2018"),
    (
        "cohesion.participation_mechanisms",
        "2021",
        "partly",
        "Ordinance 7/2021 on neighbourhood assemblies, articles 3 to 5",
    ),
    ("cohesion.participation_mechanisms", "2023", "yes", "Ordinance 2/2023 on participatory budgeting"),
    ("gov.informal_justice_exists", "2022", "yes", "Register of mediation houses, 2022"),
    ("cohesion.petition_direct_democracy", "2019", "yes", "Charter of the city, article 41"),
    ("cohesion.petition_direct_democracy.exists", "2019", "yes", "Charter of the city, article 41"),
    ("hazard.drr_strategy_exists", "2020", "no", "Letter of the civil protection, 3 May 2020"),
    ("hazard.drr_strategy_exists", "2023", "partly", "Draft strategy for disaster risk reduction, 2023"),
)
