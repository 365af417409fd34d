"""What several tests of misbehaving sources begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fhir_pulls import TOKEN, Pulling


@pytest.fixture
def pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulling:
    monkeypatch.setenv("FHIR_TOKEN", TOKEN)
    return Pulling(tmp_path)
