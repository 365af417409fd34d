"""Each way a portal can be asked wrongly is found before anything is asked, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import write_city

SOURCE, FORM = "source: {connector: file, address: incidents.csv}", "format: {kind: csv}"
SITE = "address: 'https://data.example.org'"
LAYER = "address: 'https://gis.example.org/rest/services/Crime/FeatureServer/0'"
TABLE = "address: 'https://stat.example.org/api/v1/en/BE/t1.px'"
SDG = "address: 'https://sdg.example.org/data/indicator_{indicator}.csv'"
MONTHS = "periods: {freq: M, first: 2023-01}"

RIGHT = [
    (f"connector: ckan, {SITE}, resource: abc-1", "kind: json, records: result.records"),
    (
        f"connector: ckan, {SITE}, resource: abc-1, {MONTHS}, period_column: mes, period_text: '{{year}}{{month}}'",
        "kind: json, records: result.records, columns: result.fields.*.id",
    ),
    (
        f"connector: socrata, {SITE}, dataset: ab12-cd34, {MONTHS}, date_column: occurred_on",
        "kind: json, columns: [id, date]",
    ),
    (f"connector: opendatasoft, {SITE}, dataset: delitos_2023@city", "kind: json, flatten: true"),
    (f"connector: opendatasoft, {SITE}, dataset: d, api: v1", "kind: json, records: records.*.fields"),
    (
        f"connector: arcgis, {LAYER}, fields: [FID], object_id: FID",
        "kind: json, records: features.*.attributes, geometry: {kind: esri}",
    ),
    (f"connector: arcgis, {LAYER}, answer: geojson", "kind: geojson"),
    (
        f"connector: pxweb, {TABLE}, select: {{Region: ['0180'], Kön: ['1', '2'], Tid: ['*']}}, slice_by: Region",
        "kind: jsonstat",
    ),
    (
        f"connector: pxweb, {TABLE}, select: {{Region: [180]}}, periods: {{freq: Q, first: 2023-Q1}}, period_variable: Tid, "
        "period_text: '{year}K{quarter}'",
        "kind: jsonstat",
    ),
    (f"connector: opensdg, {SDG}, indicators: [16-1-1, 16-2-3-a]", "kind: opensdg"),
]
WRONG = [
    # the source, its format, words of the message, words of the line
    (f"connector: ckan, {SITE}", "kind: json", "resource", "source"),
    (f"connector: ckan, {SITE}, resource: a/b", "kind: json", "resource", "source"),
    (f"connector: ckan, {SITE}, resource: a", "kind: csv", "ckan answers as json", "format"),
    (f"connector: ckan, {SITE}, resource: a, fields: ['a,b']", "kind: json", "[a,b]", "source"),
    (f"connector: ckan, {SITE}, resource: a, order_by: 'a\"'", "kind: json", "order_by", "source"),
    (f"connector: ckan, {SITE}, resource: a, page_rows: 0", "kind: json", "page_rows", "source"),
    (f"connector: ckan, {SITE}, resource: a, {MONTHS}", "kind: json", "has periods and no period_column", "source"),
    (
        f"connector: ckan, {SITE}, resource: a, period_column: m",
        "kind: json",
        "has period_column and no periods",
        "source",
    ),
    (
        f"connector: ckan, {SITE}, resource: a, {MONTHS}, period_column: m",
        "kind: json",
        "needs {month} and {year}",
        "source",
    ),
    (
        f"connector: ckan, {SITE}, resource: a, {MONTHS}, period_column: m, period_text: '{{year}}'",
        "kind: json",
        "needs {month} and {year}",
        "source",
    ),
    (
        f"connector: ckan, {SITE}, resource: a, {MONTHS}, period_column: m, period_text: '{{year}}{{day}}'",
        "kind: json",
        "period_text",
        "source",
    ),
    ("connector: ckan, address: 'https://x.org/{period}', resource: a", "kind: json", "address", "source"),
    ("connector: ckan, address: 'https://x.org/?key=1', resource: a", "kind: json", "address", "source"),
    ("connector: ckan, address: 'ftp://x.org/', resource: a", "kind: json", "address", "source"),
    (f"connector: socrata, {SITE}, dataset: abcd1234", "kind: json", "dataset", "source"),
    (f"connector: socrata, {SITE}, dataset: abcd-1234, date_column: 'a or 1'", "kind: json", "date_column", "source"),
    (f"connector: socrata, {SITE}, dataset: abcd-1234, fields: ['count(*)']", "kind: json", "[count(*)]", "source"),
    (f"connector: socrata, {SITE}, dataset: abcd-1234, {MONTHS}", "kind: json", "no date_column", "source"),
    (f"connector: socrata, {SITE}, dataset: abcd-1234", "kind: geojson", "socrata answers as json", "format"),
    (
        f"connector: opendatasoft, {SITE}, dataset: a, api: v1, {MONTHS}, date_column: d",
        "kind: json",
        "v1 can be asked",
        "source",
    ),
    (f"connector: opendatasoft, {SITE}, dataset: a, api: v1, order_by: d", "kind: json", "v1 can be asked", "source"),
    (f"connector: opendatasoft, {SITE}, dataset: 'a/../b'", "kind: json", "dataset", "source"),
    (f"connector: arcgis, {SITE}", "kind: json", "address", "source"),
    (f"connector: arcgis, {LAYER}, answer: geojson", "kind: json", "asked for as geojson", "format"),
    (f"connector: arcgis, {LAYER}", "kind: geojson", "asked for as json", "format"),
    (f'connector: arcgis, {LAYER}, date_column: "d\'"', "kind: json", "date_column", "source"),
    (f"connector: pxweb, {TABLE}", "kind: jsonstat", "select", "source"),
    (f"connector: pxweb, {TABLE}, select: {{A: []}}", "kind: jsonstat", "at least 1 item", "source"),
    (f"connector: pxweb, {TABLE}, select: {{A: ['1']}}, slice_by: B", "kind: jsonstat", "slice_by names [B]", "source"),
    (f"connector: pxweb, {TABLE}, select: {{A: ['1']}}, {MONTHS}", "kind: jsonstat", "no period_variable", "source"),
    (
        f"connector: pxweb, {TABLE}, select: {{A: ['1']}}, {MONTHS}, period_variable: A, period_text: '{{year}}M{{month}}'",
        "kind: jsonstat",
        "also under select",
        "source",
    ),
    (f"connector: pxweb, {TABLE}, select: {{A: ['1']}}", "kind: json", "pxweb answers as jsonstat", "format"),
    (f"connector: opensdg, {SITE}, indicators: [1-1-1]", "kind: opensdg", "address", "source"),
    (f"connector: opensdg, {SDG}, indicators: []", "kind: opensdg", "indicators", "source"),
    (f"connector: opensdg, {SDG}, indicators: [1-1-1, 1-1-1]", "kind: opensdg", "stands here twice", "source"),
    (f"connector: opensdg, {SDG}, indicators: [../x]", "kind: opensdg", "[../x]", "source"),
    (
        f"connector: opensdg, {SDG}, indicators: [1-1-1], periods: {{freq: A, first: '2020'}}",
        "kind: opensdg",
        "period by period",
        "source",
    ),
    (f"connector: opensdg, {SDG}, indicators: [1-1-1]", "kind: opensdg, files: json", "ends otherwise", "format"),
    (f"connector: ckan, {SITE}, resource: a", "kind: json, records: 'a..b'", "records", "format"),
    (f"connector: ckan, {SITE}, resource: a", "kind: json, geometry: {kind: wkb}", "[wkb]", "format"),
    (f"connector: ckan, {SITE}, resource: a", "kind: json, columns: ''", "valid list", "format"),
]


def changes(source: str, form: str) -> dict[str, str]:
    return {SOURCE: f"source: {{{source}}}", FORM: f"format: {{{form}}}"}


@pytest.mark.parametrize(("source", "form"), RIGHT)
def test_a_right_one_is_read(tmp_path: Path, source: str, form: str) -> None:
    feed = read_assessment([write_city(tmp_path, changes(source, form))]).cities[0].feeds[0].feed
    assert feed.source.connector in source and feed.format.kind in form


@pytest.mark.parametrize(("source", "form", "words", "line_holds"), WRONG)
def test_a_wrong_one_names_its_place(tmp_path: Path, source: str, form: str, words: str, line_holds: str) -> None:
    city = write_city(tmp_path, changes(source, form))
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    file = city / "feeds" / "incidents.yaml"
    problem = next((one for one in caught.value.problems if words in f"{one}".replace(str(file), "")), None)
    assert problem is not None, caught.value
    assert problem.line is not None and line_holds in file.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert problem.next_step
