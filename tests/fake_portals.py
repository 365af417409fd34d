"""Fake portals for a local server: each answers its protocol's questions over rows of its own, in pages, as the real one does."""

from __future__ import annotations

import csv
import io
import json
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Answer, answer

Row = dict[str, Any]
# What becomes of an answer: its number from 1, what was asked, and the answer due; gives what is sent.
Spoil = Callable[[int, str, Answer], Answer]


def rows(count: int, start: str = "2023-01-01") -> list[Row]:
    """Rows spread over two years, some on the last day of a month, a few of their cells empty or zero."""
    return [
        {
            "case": f"c{n:05}",
            "day": f"{2022 + n % 2}-{n % 12 + 1:02}-{_day(n):02}",
            "month": f"{2022 + n % 2}{n % 12 + 1:02}",
            "offence": "hom" if n % 9 else "rob",
            "place": n % 7,
            "harm": None if n % 5 == 0 else n % 3,
        }
        for n in range(count)
    ]


def _day(n: int) -> int:
    return n % 28 + 1 if n % 5 else monthrange(2022 + n % 2, n % 12 + 1)[1]


def as_json(document: Any, status: str = "200 OK") -> bytes:
    return answer(json.dumps(document).encode(), status, media_type="application/json")


class FakePortal:
    """Answers, counts what it was asked, and lets a test spoil what it sends."""

    def __init__(self, held: list[Row], spoil: Spoil | None = None, most: int = 1000) -> None:
        self.rows, self.spoil, self.most = held, spoil, most
        self.asked: list[str] = []

    def __call__(self, target: str, body: bytes) -> Answer:
        self.asked.append(target)
        number = len(self.asked)
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        due = self.reply(parts.path, query, body)
        return self.spoil(number, target, due) if self.spoil else due

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        raise NotImplementedError


class Ckan(FakePortal):
    """Gives `most` rows at once whatever is asked for, as a site's own limit does."""

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        if path != "/api/3/action/datastore_search" or query["resource_id"] != "res-1":
            return as_json({"success": False, "error": {"__type": "Not Found Error"}}, "404 NOT FOUND")
        found = [{"_id": n, **row} for n, row in enumerate(self.rows, start=1)]
        for column, value in json.loads(query.get("filters", "{}")).items():
            found = [row for row in found if str(row[column]) == value]
        names = query["fields"].split(",") if "fields" in query else ["_id", *self.rows[0]]
        offset = int(query["offset"])
        page = [
            {name: row[name] for name in names}
            for row in found[offset : offset + min(int(query["limit"]), self.most)]
            if query["sort"] == "_id"
        ]
        fields = [{"id": name, "type": "text"} for name in names]
        return as_json({"success": True, "result": {"fields": fields, "records": page, "total": len(found)}})


class Socrata(FakePortal):
    """Numbers are text and empty cells are left out, as Socrata does."""

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        if path != "/resource/abcd-1234.json":
            return as_json({"error": True, "message": "not found"}, "404 Not Found")
        found = self.rows
        if "$where" in query:
            pattern = r"(\w+) >= '(\S+)T00:00:00' and (\w+) < '(\S+)T00:00:00'"
            match = re.fullmatch(pattern, query["$where"])
            assert match and match[1] == match[3], query["$where"]
            found = [row for row in found if match[2] <= row[match[1]] < match[4]]
        if query.get("$select") == "count(*) as n":
            return as_json([{"n": str(len(found))}])
        assert query["$order"] == ":id"
        offset = int(query["$offset"])
        names = query["$select"].split(",") if "$select" in query else list(self.rows[0])
        page = found[offset : offset + min(int(query["$limit"]), self.most)]
        return as_json([{name: str(row[name]) for name in names if row[name] is not None} for row in page])


class Opendatasoft(FakePortal):
    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        found = self.rows
        if "where" in query:
            match = re.fullmatch(r"(\w+) >= date'(\S+)' and (\w+) < date'(\S+)'", query["where"])
            assert match and match[1] == match[3], query["where"]
            found = [row for row in found if match[2] <= row[match[1]] < match[4]]
        if path == "/api/explore/v2.1/catalog/datasets/set-1/records":
            return as_json({"total_count": len(found), "results": found[: int(query["limit"])]})
        if path == "/api/explore/v2.1/catalog/datasets/set-1/exports/json":
            return as_json(found)
        if path == "/api/records/1.0/search/" and query["dataset"] == "set-1":
            page = [{"datasetid": "set-1", "fields": row} for row in found[: min(int(query["rows"]), 10_000)]]
            return as_json({"nhits": len(found), "records": page})
        return as_json({"error_code": "ODSQLError", "message": "Unknown dataset"}, "404 Not Found")


class Arcgis(FakePortal):
    """Days are milliseconds; an answer that leaves features out says so."""

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        if path != "/rest/services/Police/FeatureServer/0/query":
            return as_json({"error": {"code": 400, "message": "Invalid URL", "details": []}})
        found = [{"OBJECTID": n, **row, "day": _milliseconds(row["day"])} for n, row in enumerate(self.rows, start=1)]
        pattern = r"(\w+) >= TIMESTAMP '(\S+) 00:00:00' AND (\w+) < TIMESTAMP '(\S+) 00:00:00'"
        if match := re.fullmatch(pattern, query["where"]):
            found = [row for row in found if _milliseconds(match[2]) <= row[match[1]] < _milliseconds(match[4])]
        else:
            assert query["where"] == "1=1"
        if query.get("returnCountOnly") == "true":
            return as_json({"count": len(found)})
        assert query["orderByFields"] == "OBJECTID" and query["outSR"] == "4326"
        offset = int(query["resultOffset"])
        page = found[offset : offset + min(int(query["resultRecordCount"]), self.most)]
        more = {"exceededTransferLimit": True} if offset + len(page) < len(found) else {}
        if query["f"] == "geojson":
            features = [
                {
                    "type": "Feature",
                    "id": row["OBJECTID"],
                    "geometry": {"type": "Point", "coordinates": [row["place"], 1]},
                    "properties": row,
                }
                for row in page
            ]
            return as_json({"type": "FeatureCollection", "features": features, "properties": more})
        features = [{"attributes": row, "geometry": {"x": row["place"], "y": 1}} for row in page]
        fields = [{"name": name} for name in ["OBJECTID", *self.rows[0]]]
        document = {"objectIdFieldName": "OBJECTID", "spatialReference": {"wkid": 4326}, "fields": fields}
        return as_json(document | {"features": features} | more)


def _milliseconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


class Pxweb(FakePortal):
    """A table of areas by sex by month; sex may be left out. More than `most` cells at once are refused, as PxWeb does."""

    AREAS = [f"{n:04}" for n in range(180, 230)]
    SEXES = ["1", "2"]
    MONTHS = [f"2023M{n:02}" for n in range(1, 13)]

    @classmethod
    def value(cls, area: str, sex: str | None, month: str) -> int | None:
        """Area 0181 is zero and 0182 is not known in June."""
        if area == "0181":
            return 0
        if area == "0182" and month == "2023M06":
            return None
        return int(area) * 100 + int(month[5:]) * (int(sex) if sex else 3)

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        if path != "/api/v1/en/BE/table1.px":
            return as_json([{"id": "BE", "type": "l", "text": "Population"}])
        held = {"Region": self.AREAS, "Sex": self.SEXES, "Tid": self.MONTHS}
        if not body:
            variables = [
                {"code": name, "text": name, "values": values, "valueTexts": values} for name, values in held.items()
            ]
            variables[1]["elimination"] = True  # type: ignore[assignment]
            return as_json({"title": "Residents", "variables": variables})
        asked = json.loads(body)
        assert asked["response"] == {"format": "json-stat2"}
        selected = {one["code"]: one["selection"]["values"] for one in asked["query"]}
        if len(selected["Region"]) * len(selected.get("Sex", "1")) * len(selected["Tid"]) > self.most:
            return answer(b"Too many values selected", "403 Forbidden", media_type="text/plain")
        names = [name for name in held if name in selected]
        values = [
            self.value(area, sex, month)
            for area, sex, month in product(selected["Region"], selected.get("Sex", [None]), selected["Tid"])
        ]
        dimension = {
            name: {
                "label": name,
                "category": {
                    "index": {code: at for at, code in enumerate(selected[name])},
                    "label": {code: f"{name} {code}" for code in selected[name]},
                },
            }
            for name in names
        }
        sizes = [len(selected[name]) for name in names]
        status = {str(at): ".." for at, value in enumerate(values) if value is None}
        document = {
            "version": "2.0",
            "class": "dataset",
            "id": names,
            "size": sizes,
            "dimension": dimension,
            "value": values,
        }
        return as_json(document | ({"status": status} if status else {}))


class Opensdg(FakePortal):
    """A built site and the repository it is built from."""

    FILES = {
        "4-1-1": [("2021", "", "3.5"), ("2022", "", "0"), ("2022", "Female", "")],
        "16-1-1-a": [("2022", "Male", "12.25")],
    }

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        for number, lines in self.FILES.items():
            if path == f"/data/indicator_{number}.csv":
                out = io.StringIO()
                csv.writer(out).writerows([("Year", "Sex", "Value"), *lines])
                return answer(out.getvalue().encode(), media_type="text/csv")
            if path == f"/en/data/{number}.json":
                columns = {
                    "Year": [int(year) for year, _, _ in lines],
                    "Sex": [sex or None for _, sex, _ in lines],
                    "Value": [json.loads(value) if value else None for _, _, value in lines],
                }
                return as_json(columns)
        return answer(b"gone", "404 Not Found", media_type="text/plain")
