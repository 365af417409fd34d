"""A fake DHIS2 server that answers as real ones do, and knows 2,500 wards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Answer, answer

DATA, CITY = "fbfJHSPpUQD", "ImspTQPwCqd"


def of_json(document: object, status: str = "200 OK", **headers: str) -> bytes:
    return answer(json.dumps(document).encode(), status, media_type="application/json", **headers)


def unit(number: int) -> dict[str, object]:
    return {
        "id": f"U{number:010}",
        "code": f"C{number}",
        "name": f"Ward {number}",
        "level": 3,
        "path": f"/{CITY}/U{number:010}",
        "parent": {"id": CITY},
        "ancestors": [{"id": CITY, "code": "SL", "name": "Small"}],
    }


UNITS = [unit(number) for number in range(2500)]
ROWS = [[DATA, "202304", one["id"], str(number % 7)] for number, one in enumerate(UNITS)]


class FakeDhis2Server:
    """A fake DHIS2 server that knows 2,500 wards; `instead` answers some questions in another way."""

    def __init__(self, **instead: Callable[[dict[str, list[str]]], Answer | None]) -> None:
        self.instead = instead
        self.asked: list[tuple[str, dict[str, list[str]]]] = []

    def __call__(self, target: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        query, resource = parse_qs(parts.query), parts.path.rsplit("/", 1)[-1].removesuffix(".json")
        self.asked.append((parts.path, query))
        if resource in self.instead and (given := self.instead[resource](query)) is not None:
            return given
        if resource == "analytics":
            return of_json(
                {
                    "headers": [{"name": one} for one in ("dx", "pe", "ou", "value")],
                    "rows": ROWS,
                    "height": len(ROWS),
                    "metaData": {"items": {DATA: {"name": "Visits"}}, "dimensions": {"dx": [DATA]}},
                }
            )
        if resource == "dataValueSets":
            return of_json(
                {
                    "dataValues": [
                        {
                            "dataElement": DATA,
                            "period": "202304",
                            "orgUnit": UNITS[1]["id"],
                            "value": "0",
                            "storedBy": "somebody",
                        }
                    ]
                }
            )
        size, page = int(query["pageSize"][0]), int(query["page"][0])
        return of_json(self.page(page, size))

    @staticmethod
    def page(number: int, size: int, count: int | None = None) -> dict[str, Any]:
        pager = {"page": number, "pageCount": count or -(-len(UNITS) // size), "total": len(UNITS), "pageSize": size}
        return {"pager": pager, "organisationUnits": UNITS[(number - 1) * size : number * size]}
