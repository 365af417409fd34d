"""Recorded bundles of health records: counted as another walk over them counts."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.unit.fhir_records import (
    BUNDLES,
    CVX,
    LOINC,
    RESOURCES,
    RXNORM,
    SAMPLES,
    SNOMED,
    Cells,
    counts,
    form,
    left_out,
    needs_samples,
    table,
)


def walked(file: Path) -> Cells:
    """The same counts by DuckDB's own JSON reader and SQL: no line of the project takes part."""
    date = "coalesce({0}->>'$.onsetDateTime', {0}->>'$.period.start', {0}->>'$.effectiveDateTime', {0}->>'$.performedPeriod.start', {0}->>'$.authoredOn', {0}->>'$.occurrenceDateTime')".format(
        "r"
    )
    code = "coalesce(r->'$.code.coding[0]', r->'$.type[0].coding[0]', r->'$.vaccineCode.coding[0]', r->'$.medicationCodeableConcept.coding[0]')"
    sql = f"""
        with entries as (select unnest(from_json(content->'$.entry', '["json"]')) as e from (select content::json as content from read_text(?))),
        records as (select e->'$.resource' as r, e->>'$.resource.resourceType' as kind from entries),
        person as (select r->>'$.gender' as gender, (r->>'$.birthDate')::date as born from records where kind = 'Patient'),
        events as (
            select kind, {code} as c, left({date}, 10)::date as day, gender, born from records, person
            where kind in ('Condition', 'Encounter', 'Observation', 'Procedure', 'MedicationRequest', 'Immunization')
        )
        select kind, c->>'$.system', c->>'$.code', coalesce(strftime(day, '%Y-%m'), '_U'), case gender when 'male' then 'M' when 'female' then 'F' end,
            case when day is null then '_U' when datesub('year', born, day) >= 85 then 'Y_GE85'
                else 'Y' || (datesub('year', born, day) // 5 * 5) || 'T' || (datesub('year', born, day) // 5 * 5 + 4) end, count(*)
        from events group by all
    """
    with duckdb.connect() as con:
        return {tuple(str(one) for one in row[:-1]): row[-1] for row in con.execute(sql, [str(file)]).fetchall()}


@needs_samples
@pytest.mark.parametrize("file", BUNDLES, ids=lambda file: file.stem[:8])
def test_every_bundle_is_counted_as_another_walk_counts_it(file: Path) -> None:
    how = form(count=RESOURCES[:-1], systems=[SNOMED, LOINC, CVX, RXNORM])
    found = counts(file, how, "resource", "system", "code", "period", "sex", "age_group")
    assert found == walked(file) and left_out(file, how) == {}
    assert {row["area"] for row in table(file, how)} == {"_T"}


# Counted in the files with grep: "resourceType": "Condition" and so on.
TOTALS = {
    "R4_Annetta": {
        "Condition": 6,
        "Encounter": 17,
        "Observation": 185,
        "Procedure": 2,
        "Immunization": 12,
        "Patient": 1,
    },
    "R4_Liz": {
        "Condition": 1,
        "Encounter": 7,
        "Observation": 36,
        "Procedure": 3,
        "MedicationRequest": 1,
        "Immunization": 4,
        "Patient": 1,
    },
    "R4_Noel": {"Condition": 1, "Encounter": 10, "Observation": 57, "Procedure": 3, "Immunization": 24, "Patient": 1},
    "STU3": {"MedicationRequest": 4, "Patient": 1},
}


@needs_samples
@pytest.mark.parametrize("start", TOTALS)
@pytest.mark.parametrize("written", ["bundle", "ndjson"])
def test_totals_by_kind_of_record_in_a_bundle_and_line_by_line(tmp_path: Path, start: str, written: str) -> None:
    (file,) = SAMPLES.glob(f"{start}*")
    how = form(count=RESOURCES, written=written)
    if written == "ndjson":
        file = as_lines(tmp_path, file)
    assert counts(file, how, "resource") == {(kind,): number for kind, number in TOTALS[start].items()}


def as_lines(tmp_path: Path, *bundles: Path) -> Path:
    """The records of bundles as a bulk export writes them, the persons last."""
    records = [one["resource"] for file in bundles for one in json.loads(file.read_text(encoding="utf-8"))["entry"]]
    records.sort(key=lambda one: one["resourceType"] == "Patient")
    target = tmp_path / "export.ndjson"
    target.write_text(
        "".join(json.dumps(one) + "\n" for one in records).replace("urn:uuid:", "Patient/"), encoding="utf-8"
    )
    return target


@needs_samples
def test_all_bundles_together_add_up_to_the_sum_of_each(tmp_path: Path) -> None:
    names = ("resource", "system", "code", "period", "sex", "age_group", "area")
    keys = {
        "count": RESOURCES,
        "systems": [SNOMED, LOINC, CVX, RXNORM],
        "by": ["sex", "age_group", "area"],
        "area": {"part": "postal_code", "characters": 3},
    }
    each: Counter[tuple[str, ...]] = Counter()
    for file in BUNDLES:
        each.update(counts(file, form(**keys), *names))
    lines = as_lines(tmp_path, *BUNDLES)
    assert counts(lines, form(written="ndjson", **keys), *names) == dict(each)
    pages = tmp_path / "all.pages"
    with zipfile.ZipFile(pages, "w") as archive:
        for number, file in enumerate(BUNDLES):
            archive.write(file, f"page-{number}")
    assert counts(pages, form(**keys), *names) == dict(each)
    # The three persons live at 02026, 01915 and 01921; the fourth has no address.
    assert {key[-1] for key in each} == {"019", "020", "_U"}
