"""The releases that the programme rests on: of each city of a home the one in force, as its manifest describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.pointer import current_release, published_cities


@dataclass(frozen=True)
class InForce:
    """A city's release in force. Without a hash of what it says, nothing can be taken from it."""

    city_id: str
    path: Path
    as_of: str | None
    content: str | None


def releases_in_force(home: Home) -> list[InForce]:
    """Every city's, in the order of their ids. Whether the city's folder is still there is not asked: what is published counts."""
    found = []
    for city_id in published_cities(home):
        path = current_release(home, city_id)
        if path is not None:
            manifest = read_manifest(path)
            found.append(InForce(city_id, path, manifest.get("as_of"), manifest.get("content_sha256")))
    return found
