"""Open SDG: a data file and a metadata file for each indicator, named and laid out as that platform's build reads them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

from sga_pipeline.publish.query import run_query

SEXES = {"F": "Female", "M": "Male", "_U": "Unknown", "_T": ""}


def number_of(row: dict[str, Any]) -> str:
    """The guide's number of a line as Open SDG writes numbers: 4.01 is 4.1, a part 1.15a is 1.15.a, a usable form 1.12.u."""
    parent = row["guide_seq"] or row["parent_seq"] or "0.0"
    category, _, rest = parent.partition(".")
    figures = rest.rstrip("abcdefghij")
    tail = rest[len(figures) :] or {"usable": "u", "own": "x"}.get(row["record_type"], "")
    return ".".join(filter(None, [category, str(int(figures or 0)), tail]))


def write_opensdg(release: Path, folder: Path) -> list[Path]:
    """Write data/indicator_<n>.csv and meta/<n>.yml; an indicator without a value is there too, as not started."""
    names, rows = run_query(
        release,
        "select i.*, parents.guide_seq as parent_seq from indicators i left join indicators parents on i.parent_id = parents.indicator_id order by i.indicator_id",
    )
    (folder / "data").mkdir(exist_ok=True)
    (folder / "meta").mkdir(exist_ok=True)
    written: list[Path] = []
    numbered: dict[str, int] = {}
    for row in rows:
        indicator = dict(zip(names, row, strict=True))
        number = number_of(indicator)
        # Several indicators of our own may stand below one line: 4.1.x, 4.1.x2, 4.1.x3.
        numbered[number] = numbered.get(number, 0) + 1
        number += str(numbered[number]) if numbered[number] > 1 else ""
        values = _values(release, indicator["indicator_id"])
        data = folder / "data" / f"indicator_{number.replace('.', '-')}.csv"
        with data.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["Year", "Units", "Area", "Sex", "Age", "Disaggregation", "Observation status", "Value"])
            writer.writerows(values)
        meta = folder / "meta" / f"{number.replace('.', '-')}.yml"
        meta.write_text(
            yaml.safe_dump(_meta(indicator, number, bool(values)), sort_keys=False, allow_unicode=True),
            encoding="utf-8",
        )
        written += [data, meta]
    return written


def _values(release: Path, indicator: str) -> list[list[Any]]:
    """Years only, as Open SDG has them. The city's own total stands with empty disaggregations: that is the headline."""
    sql = (
        "select o.period, o.unit, case when o.area_level = 'city' then '' else a.name end, o.sex, case o.age when '_T' then '' else o.age end, "
        "case when o.other_dim is null then '' else o.other_dim || ': ' || o.other_code end, o.obs_status, o.value "
        "from observations o join areas a using (area_id) where o.indicator_id = ? and o.freq = 'A' and o.value is not null order by all"
    )
    return [
        [int(year), unit, area, SEXES[sex], age, other, status, value]
        for year, unit, area, sex, age, other, status, value in run_query(release, sql, [indicator])[1]
    ]


def _meta(indicator: dict[str, Any], number: str, has_values: bool) -> dict[str, Any]:
    return {
        "indicator_number": number,
        "indicator_name": indicator["title_guide"] or indicator["short_title"],
        "graph_title": indicator["short_title"],
        "goal_number": number.split(".")[0],
        "goal_name": indicator["category"],
        "graph_type": "line",
        "computation_units": indicator["unit"],
        "reporting_status": "complete" if has_values else "notstarted",
        "data_non_statistical": False,
        "published": True,
        "sdg_indicator": indicator["sdg_indicator"],
        "sdg_match": indicator["sdg_match"],
        "indicator_id": indicator["indicator_id"],
        "core": f"{'yes' if indicator['core_flag'] else 'no'} ({indicator['core_provenance']})",
        "pitfall": indicator["pitfall"],
    }
