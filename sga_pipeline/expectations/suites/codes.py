"""Codes that the contracts know, areas that have a boundary, and sources that are feeds of the city."""

from __future__ import annotations

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.expectations.suite import Rule, Suite

_CODES = """
-- Grain: combination of codes.
select distinct
    sex,
    age,
    -- Any band may be delivered; what no code of a band looks like is an error of ours.
    case when regexp_full_match(age, 'Y[0-9]+(T[0-9]+)?|Y_GE[0-9]+|_T|_U') then 'band' else 'none' end as age_form,
    area_level,
    freq,
    obs_status,
    conf_status
from observations
where city_id = $city_id
order by all
"""


def known_codes(catalogue: Catalogue) -> Suite:
    """Every code that a reader meets is in the catalogue, and every age is a band, whichever a source has."""
    listed = {
        "sex": list(catalogue.code_lists["sex"]),
        "area_level": list(catalogue.code_lists["area_level"]),
        "freq": ["A", "Q", "M"],
        "obs_status": list(catalogue.code_lists["obs_status"]),
        "conf_status": list(catalogue.code_lists["conf_status"]),
    }
    rules = tuple(
        Rule(
            f"known:{column}",
            f"Every code of the column {column} is one the catalogue knows.",
            "ExpectColumnValuesToBeInSet",
            {"column": column, "value_set": codes},
            (column,),
            f"select distinct {column} from observations where {column} = '{{{column}}}'",
        )
        for column, codes in listed.items()
    )
    ages = Rule(
        "known:age",
        "Every age is the code of a band, of all ages together, or of an unknown age.",
        "ExpectColumnValuesToBeInSet",
        {"column": "age_form", "value_set": ["band"]},
        ("age",),
        "select distinct age from observations where age = '{age}'",
    )
    return Suite(
        "codes_are_known",
        "Codes are those of the catalogue",
        "main/observations",
        _CODES,
        (*rules, ages),
        "us",
        "select count(distinct sex) from observations where city_id = $city_id",
    )


def known_areas() -> Suite:
    """Every area that a value is for is among the areas, at the level the value states."""
    sql = """
    with
        areas_with_values as (
            select city_id, area_id, area_level, count(*) as values_n
            from observations
            where city_id = $city_id
            group by city_id, area_id, area_level
        )

    -- Grain: area x level, as values state it.
    select
        areas_with_values.area_id,
        areas_with_values.area_level,
        areas_with_values.values_n,
        coalesce(areas.level, 'none') as known_level
    from areas_with_values
    left join areas using (city_id, area_id)
    order by (known_level = areas_with_values.area_level), areas_with_values.area_id, areas_with_values.area_level
    """
    return Suite(
        "areas_are_known",
        "Areas of values are known areas",
        "main/observations",
        sql,
        (
            Rule(
                "area_known_at_its_level",
                "Every area of a value is in the table of areas, at the same level.",
                "ExpectColumnPairValuesToBeEqual",
                {"column_A": "area_level", "column_B": "known_level", "ignore_row_if": "neither"},
                ("values_n",),
                "select count(*) as values_n from observations "
                "where area_id = '{area_id}' and area_level = '{area_level}'",
            ),
        ),
        "us",
        "select count(distinct area_id) from observations where city_id = $city_id",
    )


def known_feeds() -> Suite:
    """Every source a value names is a feed of the city, and every value names one."""
    sql = """
    with
        -- Grain: value x source it names; a value that names none has one row.
        sources_of_values as (
            select unnest(case when len(sources) > 0 then sources else [null] end) as source
            from observations
            where city_id = $city_id and value is not null
        ),

        named_sources as (
            select coalesce(source, 'nobody') as feed_id, count(*) as values_n
            from sources_of_values
            group by source
        ),

        feeds_of_city as (select feed_id from feeds where city_id = $city_id)

    -- Grain: source, as values name it.
    select
        named_sources.feed_id,
        named_sources.values_n,
        coalesce(feeds_of_city.feed_id, 'none') as known_feed
    from named_sources
    left join feeds_of_city using (feed_id)
    order by (known_feed = named_sources.feed_id), named_sources.feed_id
    """
    return Suite(
        "sources_are_known",
        "Values name the feeds they come from",
        "main/observations",
        sql,
        (
            Rule(
                "source_is_a_feed",
                "Every source of a value is a feed of the city.",
                "ExpectColumnPairValuesToBeEqual",
                {"column_A": "feed_id", "column_B": "known_feed", "ignore_row_if": "neither"},
                ("values_n",),
                "select count(*) as values_n from observations where value is not null "
                "and (list_contains(sources, '{feed_id}') "
                "or ('{feed_id}' = 'nobody' and coalesce(len(sources), 0) = 0))",
            ),
        ),
        "us",
        "select count(*) > 0 from observations where city_id = $city_id and value is not null",
    )
