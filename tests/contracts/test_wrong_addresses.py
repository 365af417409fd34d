"""Addresses at which nothing can be asked are found by check, before a run meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import write_city
from tests.unit.test_pull import FORM, SOURCE


@pytest.mark.parametrize(
    "source",
    [
        "{connector: http, address: 'https://[data.example.org/x.csv'}",
        "{connector: http, address: 'https://data.example.org:99999/x.csv'}",
        "{connector: http, address: 'https:///x.csv'}",
        "{connector: s3, address: 's3://bucket/x.csv', endpoint: 'https://[store.example.org'}",
        "{connector: s3, address: 's3://bucket/x.csv', endpoint: 'https://no host!'}",
        "{connector: s3, address: 's3://bucket/x.csv', region: '-a'}",
        "{connector: database, address: 'postgresql://data.example.org:port/x', table: a.b, order_by: [id]}",
        "{connector: database, address: 'postgresql://[data.example.org/x', table: a.b, order_by: [id]}",
        "{connector: database, address: 'sqlite:///{period}.db', table: b, order_by: [id]}",
    ],
)
def test_an_address_nothing_can_be_asked_at_is_found_by_check(tmp_path: Path, source: str) -> None:
    form = "format: {kind: parquet}" if "database" in source else FORM
    with pytest.raises(ContractError):
        read_assessment([write_city(tmp_path, {SOURCE: f"source: {source}", FORM: form})])


def test_a_periods_text_without_periods_is_reported_as_that(tmp_path: Path) -> None:
    source = "source: {connector: ckan, address: 'https://data.example.org', resource: r, period_text: '{year}'}"
    with pytest.raises(ContractError, match="period_text and no periods"):
        read_assessment([write_city(tmp_path, {SOURCE: source, FORM: "format: {kind: json}"})])
