"""Whether the release in force of a city still says what a new run would say, and what a new one is to be pinned to."""

from __future__ import annotations

from datetime import date

from sga_pipeline.contracts.assessment import Assessment
from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import ReleaseInputs, contract_hashes, read_manifest
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.run_records.peers import quoted_programme
from sga_pipeline.run_records.write_records import read_fingerprint


def is_out_of_date(home: Home, city_id: str) -> bool:
    """Whether the release in force rests on other inputs than the run records hold now."""
    now = current_release(home, city_id)
    return now is None or read_manifest(now).get("input_fingerprint") != read_fingerprint(home, city_id)


def release_inputs(home: Home, assessment: Assessment, city_id: str, *, as_of: date) -> ReleaseInputs:
    """What the manifest of a new release says of its inputs."""
    fingerprint = read_fingerprint(home, city_id)
    if fingerprint is None:
        raise SgaError("the city has no run records", "Run it: sga run CITY_DIR.", city_id)
    return ReleaseInputs(fingerprint, as_of, quoted_programme(home, city_id), contract_hashes(assessment, city_id))
