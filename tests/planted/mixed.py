"""Spoilt cities with many defects each that do not touch one another; what varies runs through lists of different lengths."""

from __future__ import annotations

from tests.planted import defects_contracts as contracts
from tests.planted import defects_figures as reported
from tests.planted import defects_people as people
from tests.planted import defects_records as records
from tests.planted import defects_tables as tables
from tests.planted import figures, variants
from tests.planted.clean import THEMES, clean_city
from tests.planted.grading import Pick
from tests.planted.model import MadeCity


def mixed_city(number: int) -> MadeCity:
    """About twenty defects; the number decides which."""
    city = clean_city(100 + number, "mixed")
    _of_figures(city, number)
    _of_offences(city, number)
    _of_contracts(city, number)
    people.victims_report(city, variants.RR[number % len(variants.RR)], of_any=number % 3 == 2)
    for step in range(2):
        people.channels_left(
            city,
            THEMES[(number + 5 * step) % len(THEMES)],
            variants.SOME_WAYS[(number + step) % len(variants.SOME_WAYS)],
        )
    if number % 3 == 0:
        people.old_census(city, [2012, 2018, 2021, 2013, 2016][number // 3 % 5])
    if number % 3 == 2:
        tables.districts_missing(city, "statistics", 1 + number // 3 % 3)
    variants.VICTIMS[number % len(variants.VICTIMS)](city)
    variants.BOUNDARIES[number % len(variants.BOUNDARIES)](city)
    variants.OFFENCES_OVER_TIME[number % len(variants.OFFENCES_OVER_TIME)](city)
    _without_figures_withheld(city)
    return city


def _without_figures_withheld(city: MadeCity) -> None:
    """Where more than a tenth of what may be an offence has no known code, it has no figure, and nothing to say of its course or meaning."""
    codes = city.tables["incidents"]["code"]
    unknown = (codes == "ZZ9").sum()
    for code, indicator_id in (("VEH", "crime.motor_vehicle_theft_rate"), ("RBF", "crime.robbery_firearm_rate")):
        if unknown > 0.1 * (unknown + (codes == code).sum()):
            city.planted = [
                one
                for one in city.planted
                if one.indicator_id != indicator_id or one.gap_code not in ("G09d", "G10b", "G16")
            ]


def _of_offences(city: MadeCity, number: int) -> None:
    if number % 2:
        records.piled(city, variants.AT_ONE_POINT[number // 2 % len(variants.AT_ONE_POINT)])
    else:
        records.unlocated(city, *variants.PLACES[number // 2 % len(variants.PLACES)])
    records.unmapped(city, "incidents", variants.UNMAPPED[number % len(variants.UNMAPPED)])
    feed_id, share, how = variants.BROKEN[number % len(variants.BROKEN)]
    records.broken(city, feed_id, share, how)
    feed_id, share = variants.DOUBLED[number % len(variants.DOUBLED)]
    records.doubled(city, feed_id, share)


def _of_contracts(city: MadeCity, number: int) -> None:
    contracts.methods_unstated(city, variants.FEEDS[number % 9], variants.UNSTATED[number % len(variants.UNSTATED)])
    contracts.methods_unstated(
        city, variants.FEEDS[(number + 4) % 9], variants.UNSTATED[(number + 3) % len(variants.UNSTATED)]
    )
    contracts.delivered_as(city, variants.FORM_OF[number % 4], variants.FORMS[number % len(variants.FORMS)])
    contracts.no_licence(city, variants.FEEDS[(number + 2) % 9])
    contracts.declared_break(city, variants.FEEDS[(number + 6) % 6], variants.BREAKS[number % len(variants.BREAKS)])
    if number % 3 == 1:
        contracts.other_definition(
            city, ["deaths", "incidents"][number // 3 % 2], ["near", "proxy", "unknown", "not said"][number // 3 % 4]
        )


def _of_figures(city: MadeCity, number: int) -> None:
    pick = Pick(city.seed)
    indicator_id, dimension, asked = variants.NOT_BY[number % len(variants.NOT_BY)]
    rarely = [name for name in sorted(pick.core + pick.other) if figures.months_needed()[name] >= 60][number % 5]
    for taken in (indicator_id, rarely):
        for pool in (pick.core, pick.other):
            if taken in pool:
                pool.remove(taken)
    people.figures_not_by(city, indicator_id, dimension, asked)
    if rarely != indicator_id:
        reported.not_often_needed(city, rarely)
    reported.city_figure_missing(city, pick.one(core=bool(number % 2)))
    reported.too_rare(city, _yearly(pick, core=number % 2 == 0), variants.ONLY_YEARS[number % 4])
    for step in range(3):
        reported.contradicted(
            city, pick.one(core=step == 1), variants.RATIOS[(number + 3 * step) % len(variants.RATIOS)]
        )
    reported.shaky(city, pick.one(core=False), variants.SHAKY[number % len(variants.SHAKY)])
    reported.city_only(city, variants.COARSE[number % 3])
    for step in range(2):
        reported.no_national(
            city, pick.one(core=step == 1), variants.COUNTRY_LEFT[(number + step) % len(variants.COUNTRY_LEFT)]
        )
    reported.one_source(city, pick.one(core=number % 5 != 0))
    if number % 4 == 3:
        reported.optional_figure_missing(city, "hazard.disaster_economic_loss")


def _yearly(pick: Pick, core: bool) -> str:
    """An indicator needed every year."""
    needed = figures.months_needed()
    every_year = {name for name, months in needed.items() if months == 12}
    return pick.one(core, every_year)
