"""Whether the releases in force still say what a new run would say, and what a new one is to be pinned to."""

from __future__ import annotations

from datetime import date

from sga_pipeline.contracts.assessment import Assessment
from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import ReleaseInputs, contract_hashes, read_manifest
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.run_records.write_records import read_fingerprints


def out_of_date(home: Home, city_ids: list[str]) -> list[str]:
    """Cities whose release in force rests on other inputs than the register holds now."""
    expected = read_fingerprints(home)
    stale = []
    for city_id in city_ids:
        now = current_release(home, city_id)
        if now is None or read_manifest(now).get("input_fingerprint") != expected.get(city_id):
            stale.append(city_id)
    return stale


def release_inputs(home: Home, assessment: Assessment, city_id: str, *, as_of: date) -> ReleaseInputs:
    """What the manifest of a new release says of its inputs."""
    return ReleaseInputs(read_fingerprints(home)[city_id], as_of, contract_hashes(assessment, city_id))
