"""Tables have rows, and columns that must hold values do: other rules pass where there is nothing to look at."""

from __future__ import annotations

from sga_pipeline.expectations.suite import Rule, Suite

_TABLES = """
-- Grain: table. Every indicator of the catalogue is published, whether there are values for it or not.
select
    'indicators' as table_name,
    (select count(*) from indicators where city_id = $city_id) as rows_found,
    (select count(*) from catalogue_facts) as rows_needed,
    'us' as about
union all
select 'areas', (select count(*) from areas where city_id = $city_id), 1, 'us'
union all
select 'observations', (select count(*) from observations where city_id = $city_id), 1, 'world'
order by table_name
"""


def tables_hold_rows() -> Suite:
    """A release without values, areas or indicators says nothing. That no data arrived is reported by other findings."""
    return Suite(
        "tables_hold_rows",
        "Tables have at least the rows they must have",
        "main/observations",
        _TABLES,
        (
            Rule(
                "rows_at_least",
                "The table has at least the rows it must have.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "rows_found", "column_B": "rows_needed", "or_equal": True, "ignore_row_if": "neither"},
                ("rows_found", "rows_needed"),
                "select count(*) as rows_found, {rows_needed} as rows_needed from {table_name}",
            ),
        ),
        "about",
        "select 3",
    )


# Columns that no release may have empty from top to bottom, though single cells may be.
_FILLED = (
    "value",
    "freq",
    "period",
    "period_start",
    "period_end",
    "sex",
    "age",
    "unit",
    "sources",
    "conf_status",
    "boundary_version",
    "data_as_of",
)


def columns_hold_values() -> Suite:
    """A column that is null from top to bottom passes every rule about its values; this one it does not pass."""
    each = "\nunion all\n".join(
        f"select '{column}' as column_name, count({column}) as filled, count(*) as rows_found, "
        f"'{'world' if column == 'value' else 'us'}' as about from own having count(*) > 0"
        for column in _FILLED
    )
    return Suite(
        "columns_hold_values",
        "No column is empty from top to bottom",
        "main/observations",
        "-- Grain: column.\nwith own as (select * from observations where city_id = $city_id)\n"
        f"{each}\norder by filled, column_name",
        (
            Rule(
                "column_not_empty",
                "The column has a value somewhere.",
                "ExpectColumnValuesToBeBetween",
                {"column": "filled", "min_value": 1},
                ("filled", "rows_found"),
                "select count({column_name}) as filled, count(*) as rows_found from observations",
            ),
        ),
        "about",
        f"select case when count(*) > 0 then {len(_FILLED)} else 0 end from observations where city_id = $city_id",
    )
