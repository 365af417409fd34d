"""The docs, followed to the letter: files written as shown, commands run as shown, answers compared as shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sga_pipeline.cli import COMMANDS
from sga_pipeline.contracts.catalogue_checks import KINDS as INDICATOR_KINDS
from sga_pipeline.contracts.steps import KINDS
from tests.runs import SGA, Run, sga

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
BLOCK = re.compile(
    r"<!-- (file: (?P<file>\S+)|run)(?P<fails> fails)? -->\n```\w*\n(?P<text>.*?)```\n(?:```\n(?P<answer>.*?)```)?",
    re.S,
)

# A row at the end of a file, a whole file, or lines after a line of a file.
CHANGE = re.compile(r'<!-- (?:row|file|after "(.*?)"): (\S+) -->\n```\w+\n(.*?)```', re.S)


def follow(page: Path, folder: Path) -> list[str]:
    """Do what a page says in a folder; give what its commands said."""
    said = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        text = block["text"]
        if block["file"]:
            target = folder / block["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            continue
        path = f"{SGA.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-ec", text],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": path},
            check=False,
        )
        expected = 2 if block["fails"] else 0
        assert done.returncode == expected, f"{text}\n{done.stdout}\n{done.stderr}"
        if block["answer"]:
            assert done.stdout == block["answer"], text
        said.append(done.stdout + done.stderr)
    return said


@dataclass(frozen=True)
class Added:
    """A folder in which the page on adding a city was followed, and what its commands said."""

    folder: Path
    said: list[str]

    def copied(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.folder, folder / "work", symlinks=True))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Added:
    folder = tmp_path_factory.mktemp("adding")
    return Added(folder, follow(PROJECT / "docs" / "adding-a-city.md", folder))


def test_adding_a_city(city: Added) -> None:
    said = city.said
    assert "4 feeds, all right" not in said[1]
    assert "3 feeds, all right" in said[1]
    assert "published release" in said[2]
    gaps = said[-1]
    assert gaps.count("incidents") >= 3
    for words in ("1 of 16 records", "(1 codes). What each of them counts: rare ones", "no area finer than the whole"):
        assert words in gaps


def test_adding_a_feed(city: Added, tmp_path: Path) -> None:
    said = follow(PROJECT / "docs" / "adding-a-feed.md", city.copied(tmp_path))
    assert any("not in the list sex [woman]" in one for one in said)


def test_sharing_a_feed(city: Added, tmp_path: Path) -> None:
    said = follow(PROJECT / "docs" / "sharing-a-feed.md", city.copied(tmp_path))
    assert "the feed national_offences needs a code that the city does not state [{city_code}]" in said[1]
    assert "4 feeds, all right" in said[2] and "national_offences" in said[2]


def test_adding_an_indicator(city: Added, tmp_path: Path) -> None:
    with_changes(PROJECT / "docs" / "adding-an-indicator.md", city.copied(tmp_path), tmp_path / "project")


def test_adding_a_gap_rule(city: Added, tmp_path: Path) -> None:
    copy, work = tmp_path / "project", city.copied(tmp_path)
    with_changes(PROJECT / "docs" / "adding-a-gap-rule.md", work, copy)
    tested = subprocess.run(
        [
            SGA.with_name("dbt"),
            "test",
            "-s",
            "test_type:unit,g13_timeliness",
            "--profiles-dir",
            ".",
            "--target-path",
            tmp_path,
        ],
        cwd=copy / "dbt_project",
        env={**os.environ, "PYTHONPATH": str(copy), "SGA_HOME": str(work / "data"), "SGA_CITY": "xx_lakeside"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert "g13_fires_on_a_feed_that_came_once" in tested.stdout


def with_changes(page: Path, work: Path, copy: Path) -> None:
    """Catalogue and models belong to the project, so a page that changes them is followed on a copy of it."""
    left_out = shutil.ignore_patterns(".venv", ".git", "data", "target", "*_cache", "__pycache__")
    shutil.copytree(PROJECT, copy, ignore=left_out)
    text = page.read_text(encoding="utf-8")
    for after, name, added in CHANGE.findall(text):
        file = copy / name
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        assert not after or before.count(f"{after}\n") >= 1, (name, after)
        changed = before.replace(f"{after}\n", f"{after}\n{added}", 1) if after else before + added
        file.write_text(changed, encoding="utf-8")
    found = re.search(r"<!-- then -->\n```sh\n(.*?)```\n```\n(.*?)```", text, re.S)
    assert found is not None
    command, answer = found.groups()
    runner = "import sys; from sga_pipeline.cli import main; sys.exit(main(sys.argv[1:]))"
    home = work / "data"
    ran = subprocess.run(
        [sys.executable, "-c", runner, "run", "--home", str(home), str(work / "xx_lakeside")],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    query = re.search(r'"(.*)"', command, re.S)
    assert query is not None
    assert sga("sql", "--home", home, query[1]).stdout == answer


def test_the_page_on_kinds_names_every_file_that_knows_a_kind() -> None:
    page = (PROJECT / "docs" / "adding-a-kind.md").read_text(encoding="utf-8")
    # Expectations name only the kinds of which they know more than nothing.
    named = [one for one in re.findall(r"^\| \d \| `([^`]+)` \|", page, re.M) if "expectations" not in one]
    kinds = {one.stem.removeprefix("kind_") for one in (PROJECT / "dbt_project/models/indicators").glob("kind_*.sql")}
    assert len(kinds) == 13
    assert kinds == set(INDICATOR_KINDS)
    for name in named:
        for kind in sorted(kinds):
            text = (PROJECT / name.replace("<kind>", kind)).read_text(encoding="utf-8")
            # Values of one kind rest on those of the others, and are joined to them afterwards.
            assert kind in text or (kind == "areas_above" and "preferred" in name), (name, kind)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not link.startswith(("http://", "https://")):
            assert (page.parent / link).exists(), link


def test_every_command_and_step_is_documented() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"`sga {command}" in readme, command
    reference = (PROJECT / "docs" / "adding-a-feed.md").read_text(encoding="utf-8")
    for step in KINDS:
        assert f"| `{step}`" in reference, step
    for page in PAGES:
        for command in re.findall(r"\bsga ([a-z]+)\b", page.read_text(encoding="utf-8")):
            assert command in {*COMMANDS, "sql"}, (page.name, command)


def test_the_answer_in_the_readme_is_true(demo: Run) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- run: demo -->\n```sh\nsga sql --home data \"(.*?)\"\n```\n```\n(.*?)```", readme, re.S)
    assert shown is not None
    assert sga("sql", "--home", demo.home, demo.city_id, shown[1]).stdout == shown[2]
