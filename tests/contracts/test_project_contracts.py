"""The project's own contracts: every city can be read, editors' schemas are fresh and accept what the reader accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.contracts.schema import write_schemas
from sga_pipeline.paths import CONTRACTS

CITIES = sorted(file.parent for file in (CONTRACTS / "cities").glob("*/city.yaml"))
SHAPES = sorted((CONTRACTS / "shapes").glob("*.yaml"))


def errors(kind: str, document: object) -> list[str]:
    schema = json.loads((CONTRACTS / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return [f"{one.json_path}: {one.message}" for one in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def test_the_schemas_are_fresh() -> None:
    assert write_schemas(check=True) == []


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.name)
def test_every_city_is_read_and_fits_the_schemas(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGA_CITY_DATA", "/nowhere")
    plan = read_assessment([city]).cities[0]
    files = sorted((city / "feeds").glob("*.yaml"))
    assert len(plan.feeds) == len(files) > 0
    for file in files:
        assert errors("feed", _as_json(file)) == [], file
    assert errors("city", _as_json(city / "city.yaml")) == []


@pytest.mark.parametrize("wrong", ["shapes: x", "title: [1]", "cadence: often"])
def test_the_schema_refuses_what_the_reader_refuses(wrong: str) -> None:
    feed = _as_json(CONTRACTS / "cities" / "xx_port_alder" / "feeds" / "districts.yaml")
    assert isinstance(feed, dict)
    assert errors("feed", {**feed, **yaml.safe_load(wrong)})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.stem)
def test_every_shape_is_read_by_the_standards_own_reader(shape: Path) -> None:
    document = OpenDataContractStandard.from_file(str(shape))
    assert document.apiVersion == "v3.1.0"
    assert document.schema_ and document.schema_[0].properties


def _as_json(file: Path) -> object:
    """As an editor sees it: YAML's own types, dates as text."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(file.read_text(encoding="utf-8"), Loader)
