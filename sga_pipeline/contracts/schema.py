"""JSON Schemas of the contract files, for editors: generated from the models, and proved fresh by a test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.corrections import Corrections
from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.strict_model import Contract
from sga_pipeline.paths import CONTRACTS

SCHEMAS: dict[str, type[Contract]] = {"city": City, "feed": Feed, "corrections": Corrections}


def schema_texts() -> dict[str, str]:
    """File name and content of every schema."""
    texts = {}
    for name, model in SCHEMAS.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
        texts[f"{name}.schema.json"] = json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return texts


def write_schemas(folder: Path = CONTRACTS / "schema", *, check: bool = False) -> list[str]:
    """Write the schemas, or only name those that are not fresh."""
    folder.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, text in schema_texts().items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                file.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    only_check = "--check" in sys.argv
    found = write_schemas(check=only_check)
    print(f"{'not fresh' if only_check else 'written'}: {', '.join(found)}" if found else "fresh")
    sys.exit(1 if only_check and found else 0)
