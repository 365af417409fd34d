"""The city that drafts are written for: its feeds that are complete, where its files go, and the drafts themselves."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.read_contract import read_contract
from sga_pipeline.draft.drafting import Draft
from sga_pipeline.errors import ContractError, SgaError


def city_for_drafts(folder: Path) -> CityPlan:
    """The city with the feeds that are complete; drafts that still have blanks are left out."""
    try:
        return read_assessment([folder]).cities[0]
    except ContractError:
        model, _ = read_contract(folder / "city.yaml", City)
    plans = []
    for feed in sorted((folder / "feeds").glob("*.yaml")):
        try:
            plans += [plan for plan in _alone(folder, feed).feeds if plan.file.resolve() == feed.resolve()]
        except SgaError:
            continue
    return CityPlan(model, folder, tuple(plans))


def _alone(folder: Path, feed: Path) -> CityPlan:
    """A city as it would be with this one feed: read in a folder of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        (copy / "feeds").mkdir(parents=True)
        shutil.copy(folder / "city.yaml", copy)
        shutil.copy(feed, copy / "feeds")
        if (folder / "feeds" / "mappings").is_dir():
            shutil.copytree(folder / "feeds" / "mappings", copy / "feeds" / "mappings")
        plan = read_assessment([copy]).cities[0]
    return replace(
        plan, folder=folder, feeds=tuple(replace(one, file=folder / "feeds" / one.file.name) for one in plan.feeds)
    )


def address_of(file: Path, city: CityPlan) -> str:
    """How the contract names the file: from the city's data folder, where it is in it."""
    data = city.data_folder()
    if data is not None and file.resolve().is_relative_to(data.resolve()):
        return file.resolve().relative_to(data.resolve()).as_posix()
    return file.name


def write_draft(draft: Draft, feed: Path) -> None:
    """Write the contract of the feed and its mapping files."""
    feed.parent.mkdir(parents=True, exist_ok=True)
    feed.write_text(draft.text, encoding="utf-8")
    for name, text in draft.mappings.items():
        target = feed.parent / "mappings" / f"{draft.feed_id}_{name}.csv"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
