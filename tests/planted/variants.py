"""The variants that run through the mixed cities: shares around the limits, feeds, forms, and what happens over time."""

from __future__ import annotations

from collections.abc import Callable

from tests.planted import defects_people as people
from tests.planted import defects_places as places
from tests.planted import defects_records as records
from tests.planted import defects_sources as sources
from tests.planted import defects_time as time
from tests.planted.model import MadeCity

Planter = Callable[[MadeCity], None]
PLACES = [
    (0.03, "blank"),
    (0.06, "blank"),
    (0.12, "null island"),
    (0.18, "swapped"),
    (0.25, "outside"),
    (0.33, "blank"),
    (0.45, "null island"),
    (0.55, "swapped"),
    (0.04, "outside"),
    (0.14, "blank"),
    (0.16, "outside"),
    (0.28, "swapped"),
    (0.32, "null island"),
    (0.48, "outside"),
    (0.53, "blank"),
]
AT_ONE_POINT = [0.01, 0.03, 0.045, 0.06, 0.08, 0.016, 0.024, 0.055]
UNMAPPED = [0.01, 0.03, 0.04, 0.06, 0.15, 0.22, 0.3, 0.025, 0.19]
BROKEN = [
    ("incidents", 0.004, "no such day"),
    ("deaths", 0.03, "registered before"),
    ("incidents", 0.08, "hour 77"),
    ("victims", 0.004, "age 999"),
    ("statistics", 0.03, "no such period"),
    ("residents", 0.03, "minus people"),
    ("case_files", 0.12, "sex X"),
    ("deaths", 0.07, "no such cause"),
    ("incidents", 0.0004, "hour 77"),
    ("yearbook", 0.06, "no number"),
    ("victims", 0.02, "no such day"),
]
DOUBLED = [
    ("incidents", 0.005),
    ("victims", 0.03),
    ("deaths", 0.1),
    ("residents", 0.02),
    ("case_files", 0.004),
    ("statistics", 0.03),
    ("incidents", 0.07),
    ("yearbook", 0.08),
    ("incidents", 0.0004),
    ("channels", 0.04),
]
FEEDS = ["incidents", "victims", "case_files", "deaths", "statistics", "yearbook", "residents", "channels", "districts"]
UNSTATED = [2, 4, 7, 1, 3, 5, 6, 8, 11, 9, 10]
FORMS = ["workbook", "letterhead", "footers", "typed in", "workbook, by hand", "letterhead, by hand", "parquet"]
FORM_OF = ["residents", "channels", "yearbook", "case_files"]
BREAKS = ["2022-07-01", "2021-03-01", "2019-06-01", "2023-10-01", "2020-12-01"]
OFFENCES_OVER_TIME: list[Planter] = [
    lambda city: time.month_out_of_line(city, "VEH", 2023, 5, 4),
    lambda city: time.level_shift(city, "VEH", "2023-07-01", 2),
    lambda city: records.silent(city, "incidents", 1, ["2023-03", "2023-04", "2023-05"]),
    lambda city: time.ends_early(city, "incidents", 2024, 10, 60),
    lambda city: time.revised(city, "incidents", 0.9),
    lambda city: time.month_out_of_line(city, "RBF", 2022, 9, 4),
    lambda city: time.level_shift(city, "RBF", "2022-10-01", 2),
    lambda city: time.periods_missing(city, "incidents", "Q", [5]),
    lambda city: time.ends_early(city, "incidents", 2024, 10, 20),
    lambda city: time.restated(city, "incidents", "2023-02"),
    lambda city: records.silent(city, "incidents", 0, ["2022-08"]),
    lambda city: time.month_out_of_line(city, "VEH", 2024, 2, 3),
    lambda city: time.revised(city, "incidents", 0.94),
    lambda city: time.periods_missing(city, "incidents", "Q", [2, 9]),
    lambda city: time.level_shift(city, "VEH", "2022-04-01", 0.4),
    lambda city: time.ends_early(city, "incidents", 2024, 7, 120),
    lambda city: time.revised(city, "incidents", 0.75),
    lambda city: time.ends_early(city, "incidents", 2024, 8, 60),
]
VICTIMS: list[Planter] = [
    lambda city: people.records_do_not_tell(city, "sex"),
    lambda city: sources.counts_more(city, "deaths", "HOM", 1.3),
    lambda city: people.unknown_group(city, "sex", 0.2),
    lambda city: sources.counts_more(city, "case_files", "ASL", 1.4),
    lambda city: time.month_out_of_line(city, "ASL", 2023, 8, 4),
    lambda city: sources.counts_more(city, "deaths", "HOM", 1.7),
    lambda city: people.records_do_not_tell(city, "age"),
    lambda city: sources.counts_more(city, "case_files", "SEX", 1.2),
    lambda city: records.silent(city, "victims", 2, ["2022-05", "2022-06", "2022-07"]),
    lambda city: sources.other_place(city, 1.5),
    lambda city: people.unknown_group(city, "age", 0.45),
    lambda city: sources.counts_more(city, "deaths", "HOM", 2.2),
    lambda city: people.records_do_not_tell(city, "disability"),
    lambda city: time.level_shift(city, "ASL", "2023-03-01", 2),
    lambda city: sources.few_homicides(city, 14),
    lambda city: sources.one_office(city),
    lambda city: sources.counts_more(city, "case_files", "ASL", 1.9),
    lambda city: people.unknown_group(city, "sex", 0.45),
    lambda city: people.records_do_not_tell(city, "ethnicity"),
    lambda city: time.revised(city, "case_files", 0.85),
    lambda city: sources.counts_more(city, "case_files", "SEX", 2.4),
    lambda city: people.unknown_group(city, "age", 0.2),
    lambda city: sources.counts_more(city, "deaths", "HOM", 1.17),
    lambda city: time.periods_missing(city, "deaths", "Q", [3, 4]),
    lambda city: time.quarters_end_early(city, "deaths", "2024-Q1", 150),
    lambda city: time.periods_missing(city, "deaths", "Q", [0, 2, 5, 7, 9]),
    lambda city: time.month_out_of_line(city, "ASL", 2022, 3, 3),
    lambda city: time.periods_missing(city, "deaths", "Q", list(range(1, 10))),
    lambda city: records.not_declared_complete(city, "deaths", 0.5),
    lambda city: time.periods_missing(city, "case_files", "A", [1]),
]
RR = [60.0, 45.0, 15.0, None, 71.0, 51.0, 21.0, 69.0, 49.0, 19.0]
ONLY_YEARS = [(2022, 2024), (2021, 2024), (2024,), (2021, 2022, 2024)]
RATIOS = [1.3, 1.15, 1.75, 2.3, 1.06, 0.72, 0.55, 0.4, 1.5, 0.88]
SHAKY = [1.8, 1.0, 1.3, 0.7, 2.0]
SOME_WAYS = ["one works", "none works", "none in a district", "none named"]
COUNTRY_LEFT = [None, 2021, None, None, 2022]
# By what the guide's own lines, and by what its general words, ask to break down by.
NOT_BY = [
    ("demo.learning_proficiency", "sex", True),
    ("demo.education_attainment", "age", True),
    ("demo.youth_unemployment_rate", "sex", False),
    ("demo.economically_active_share", "sex", False),
    ("gov.prison_overcrowding", "facility", True),
    ("gov.positions_representation", "age", True),
    ("socio.bank_account_share", "age", False),
    ("demo.child_employment_share", "ethnicity", False),
    ("crime.homicide_ipf_rate", "sex", True),
    ("gov.unsentenced_share", "sex", False),
]
COARSE = ["crime.homicide_ocg_rate", "crime.harassment_rate", "gov.perceived_insecurity"]
# Around each limit; slivers as digitising leaves them are among what must be left alone.
BOUNDARIES: list[Planter] = [
    lambda city: places.overlapping(city, 0.03),
    lambda city: places.left_out(city, 0.04),
    lambda city: places.overlapping(city, 0.0005),
    lambda city: places.beyond(city, 0.02),
    lambda city: places.overlapping(city, 0.06),
    lambda city: places.drawn_within(city, 0.004),
    lambda city: places.left_out(city, 0.0095),
    lambda city: places.overlapping(city, 0.0095),
    lambda city: places.beyond(city, 0.0008),
    lambda city: places.left_out(city, 0.0007),
    lambda city: places.overlapping(city, 0.012),
    lambda city: places.beyond(city, 0.009),
    lambda city: places.left_out(city, 0.011),
]
