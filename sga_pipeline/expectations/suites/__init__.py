"""The suites, one module a family."""

from __future__ import annotations

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.expectations.suite import Suite
from sga_pipeline.expectations.suites.codes import known_areas, known_codes, known_feeds
from sga_pipeline.expectations.suites.not_empty import columns_hold_values, tables_hold_rows
from sga_pipeline.expectations.suites.past_years import offence_mix, volumes
from sga_pipeline.expectations.suites.ranges import arithmetic, intervals, not_too_high, not_too_low
from sga_pipeline.expectations.suites.sums import ages, areas, sexes
from sga_pipeline.expectations.suites.wholes import components, country


def all_suites(catalogue: Catalogue) -> tuple[Suite, ...]:
    """Every suite, in the order in which they are shown."""
    return (
        tables_hold_rows(),
        columns_hold_values(),
        known_codes(catalogue),
        known_areas(),
        known_feeds(),
        not_too_low(),
        not_too_high(),
        intervals(),
        arithmetic(),
        sexes(),
        ages(catalogue),
        areas(),
        components(),
        country(),
        volumes(),
        offence_mix(),
    )
