"""Where the project's own files lie: contracts, the dbt project, the lock."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONTRACTS = PROJECT / "contracts"
DBT_PROJECT = PROJECT / "dbt_project"
LOCK = PROJECT / "requirements.lock"
