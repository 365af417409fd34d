"""What the made-up city's offices count each year: households, schools, money, services, courts, prisons, votes, disasters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sga_pipeline.demo.place import CITY, DISTRICTS, YEARS, Place


@dataclass(frozen=True)
class Counted:
    """One figure: what was counted, and what it is out of where the office says so."""

    year: int
    area: str
    topic: str
    sex: str
    age: str
    amount: float
    out_of: float | None


# Topic, the whole per 100 residents (None: no whole), the part per 100 of the whole (or per 100 residents), change of the part a year.
PARTS: tuple[tuple[str, float | None, float, float], ...] = (
    ("metro_residents", None, 141.0, 0.4),
    ("internal_migrants", None, 6.2, 0.1),
    ("international_migrants", None, 4.8, 0.15),
    ("slum_residents", 100.0, 7.4, -0.2),
    ("household_residents", 38.2, 258.0, -2.0),
    ("single_parent_households", 38.2, 9.6, 0.1),
    ("literate_15", 82.0, 96.2, 0.12),
    ("education_primary", 58.0, 22.0, -0.4),
    ("education_secondary", 58.0, 47.0, 0.1),
    ("education_post_secondary", 58.0, 24.0, 0.5),
    ("pupils_proficient_g23_reading", 2.1, 61.0, 0.4),
    ("pupils_proficient_g23_maths", 2.1, 55.0, 0.3),
    ("pupils_proficient_primary_reading", 1.0, 68.0, 0.4),
    ("pupils_proficient_primary_maths", 1.0, 52.0, 0.2),
    ("pupils_proficient_lower_sec_reading", 0.9, 71.0, 0.3),
    ("pupils_proficient_lower_sec_maths", 0.9, 48.0, 0.4),
    ("pupils_dropped_out", 14.5, 2.3, -0.07),
    ("unemployed_15_24", 6.4, 23.5, -0.6),
    ("labour_force", 82.0, 61.0, 0.2),
    ("employed_formal", 82.0, 37.0, 0.4),
    ("employed_informal", 46.0, 31.0, -0.4),
    ("women_no_formal_work", 31.0, 12.5, -0.1),
    ("youth_no_formal_work", 14.8, 17.0, -0.2),
    ("employed_precarious", 46.0, 19.0, 0.2),
    ("children_employed_formal", 13.0, 0.6, -0.01),
    ("children_employed_informal", 13.0, 3.1, -0.12),
    ("children_employed", 13.0, 3.7, -0.13),
    ("residents_no_services", 100.0, 3.2, -0.15),
    ("residents_no_title", 100.0, 11.8, -0.1),
    ("protected_residents", 100.0, 54.0, 0.7),
    ("adults_with_account", 82.0, 71.0, 1.1),
    ("enrolled_safety_net", 100.0, 18.0, 0.2),
    ("enrolled_pension", 100.0, 13.0, 0.2),
    ("enrolled_any_programme", 100.0, 29.0, 0.3),
    ("residents_piped_water", 100.0, 97.1, 0.1),
    ("residents_improved_sanitation", 100.0, 95.4, 0.2),
    ("residents_water_or_sanitation", 100.0, 98.6, 0.06),
    ("residents_with_care", 100.0, 88.0, 0.3),
    ("residents_electricity", 100.0, 98.9, 0.05),
    ("schools", 14.5, 0.21, 0.0),
    ("protests", None, 0.011, 0.0006),
    ("strikes", None, 0.004, -0.0001),
    ("firearms_recorded", 0.11, 88.0, 0.5),
    ("firearms_traced", 0.11, 41.0, 1.5),
    ("firearms_recorded_and_traced", 0.11, 39.0, 1.4),
    ("firearms_diverted_civilian", 3.4, 0.42, 0.01),
    ("firearms_diverted_state", 0.5, 0.11, 0.0),
    ("drug_seizures_recorded", 0.16, 93.0, 0.2),
    ("drug_seizures_traced", 0.16, 12.0, 0.4),
    ("drug_seizures_recorded_and_traced", 0.16, 11.0, 0.4),
    ("corruption_cases_investigated", 0.02, 37.0, 0.6),
    ("drug_users_daily", None, 0.62, 0.02),
    ("drug_injectors", None, 0.11, -0.002),
    ("pwid_positive_hiv", 0.06, 9.5, -0.3),
    ("pwid_positive_hbv", 0.06, 5.5, -0.1),
    ("pwid_positive_hcv", 0.06, 44.0, -0.9),
    ("court_cases_resolved", None, 3.8, 0.04),
    ("police_officers", None, 0.29, 0.002),
    ("prisoners", 0.26, 114.0, 1.2),
    ("youth_in_conflict", None, 0.16, -0.004),
    ("votes_cast", 71.0, 58.0, -0.2),
    ("consultation_participants", None, 0.9, 0.05),
    ("signatures_required", None, 3.5, 0.0),
    ("working_poor_households", 38.2, 6.6, -0.1),
    ("disaster_deaths", None, 0.0007, 0.0),
    ("disaster_missing", None, 0.0002, 0.0),
    ("disaster_affected", None, 0.21, 0.01),
    ("infrastructure_damaged", None, 0.003, 0.0),
    ("service_disruptions", None, 0.006, 0.0),
    ("residents_near_ammunition", 100.0, 1.9, 0.0),
)
# Square kilometres and money: topic, the whole (a number), the part per 100 of it, change a year. Money in thousands a resident.
QUANTITIES: tuple[tuple[str, str, float, float], ...] = (
    ("informal_area_km2", "area", 3.1, -0.05),
    ("lit_area_km2", "area", 71.0, 0.8),
    ("served_area_electricity_km2", "area", 96.0, 0.2),
    ("served_area_water_km2", "area", 91.0, 0.3),
    ("served_area_sewage_km2", "area", 82.0, 0.6),
    ("served_area_healthcare_km2", "area", 64.0, 0.5),
    ("served_area_schools_km2", "area", 77.0, 0.3),
    ("public_space_km2", "built", 21.0, 0.15),
    ("spending_executed", "budget", 94.0, 0.2),
    ("spending_education", "spent", 21.0, 0.1),
    ("spending_health", "spent", 13.0, 0.2),
    ("spending_social_protection", "spent", 9.0, 0.1),
    ("household_income", "households", 24_000_00.0, 410_00.0),
    ("gross_income", "none", 18.2, 0.4),
    ("city_gdp", "none", 24.6, 0.5),
    ("disaster_loss", "gdp", 0.08, 0.0),
)
SHARE_OF_WOMEN = {
    "positions_local_government": 0.37,
    "positions_police": 0.22,
    "positions_judiciary": 0.48,
    "literate_15": 0.51,
    "unemployed_15_24": 0.54,
    "prisoners": 0.06,
}
POSITIONS = (("positions_local_government", 0.74), ("positions_police", 0.29), ("positions_judiciary", 0.03))
UNSENTENCED, AREA_KM2, BUILT_KM2 = 0.31, 182.5, 118.0
# Of 18 to 34: of all votes cast, and of all who are entitled to vote.
VOTES_OF_THE_YOUNG, VOTERS_OF_THE_YOUNG = 0.24, 0.31


def make_office_counts(place: Place, random: np.random.Generator) -> list[Counted]:
    """Draw every figure of ten years; poverty by district, the rest for the city."""
    rows: list[Counted] = []
    poverty = np.clip(random.normal(0.19, 0.09, len(DISTRICTS)), 0.04, 0.38)
    # Two districts are so poor that most neighbours are.
    poverty[[6, 16]] = 0.47, 0.43
    for year in YEARS:
        at, by_district = year - YEARS[0], place.of_year(year)
        people = int(by_district.sum())

        def add(
            topic: str,
            amount: float,
            out_of: float | None = None,
            sex: str = "_T",
            age: str = "_T",
            area: str = CITY,
            year: int = year,
        ) -> None:
            rows.append(Counted(year, area, topic, sex, age, amount, out_of))

        for topic, whole_rate, part_rate, change in PARTS:
            whole = None if whole_rate is None else round(people * whole_rate / 100)
            part = round(
                (people if whole is None else whole) * (part_rate + change * at) / 100 * random.normal(1, 0.004)
            )
            add(topic, part, whole)
            if topic in SHARE_OF_WOMEN:
                women, of_women = round(part * SHARE_OF_WOMEN[topic]), None if whole is None else round(whole * 0.51)
                add(topic, women, of_women, "F")
                add(topic, part - women, None if whole is None or of_women is None else whole - of_women, "M")
            if topic == "prisoners":
                add("prisoners_unsentenced", round(part * UNSENTENCED), part)
            if topic == "votes_cast" and whole is not None:
                add(topic, round(part * VOTES_OF_THE_YOUNG), round(whole * VOTERS_OF_THE_YOUNG), "_T", "Y18T34")
        for topic, rate in POSITIONS:
            number = round(people * rate / 100)
            women = round(number * (SHARE_OF_WOMEN[topic] + 0.006 * at))
            add(topic, number)
            add(topic, women, None, "F")
            add(topic, number - women, None, "M")
        add("cases_investigated", round(people * 0.031), round(people * 0.048))
        households = next(one.out_of for one in rows if one.year == year and one.topic == "household_residents") or 0.0
        money = {"budget": round(people * 2.1), "gdp": round(people * (24.6 + 0.5 * at))}
        spent = 0.0
        for topic, of, part_rate, change in QUANTITIES:
            share = (part_rate + change * at) / 100
            if of == "none":
                add(topic, round(people * share * 100))
                continue
            whole_quantity = {"area": AREA_KM2, "built": BUILT_KM2, "spent": spent, "households": households, **money}[
                of
            ]
            amount = round(whole_quantity * share, 2)
            spent = amount if topic == "spending_executed" else spent
            add(topic, amount, whole_quantity)
        poor = np.round(by_district * np.clip(poverty - 0.003 * at, 0.02, 1)).astype(np.int64)
        add("poor_residents", int(poor.sum()), people)
        for name, number, residents in zip(DISTRICTS, poor, by_district, strict=True):
            add("poor_residents", int(number), int(residents), area=name)
    return rows
