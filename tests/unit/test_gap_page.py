"""The register's page from a small release: every finding once, in order, in words, and the same bytes each time."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sga_pipeline.errors import SgaError
from sga_pipeline.languages import LANGUAGES
from sga_pipeline.site import write_gap_pages
from sga_pipeline.site.finding import Finding
from sga_pipeline.site.formats import Formats, year_ranges
from sga_pipeline.site.gap_register import Register, read_register
from sga_pipeline.site.matrix import read_matrix
from sga_pipeline.site.release_rows import open_release
from sga_pipeline.site.scores_and_sources import read_scores, read_sources
from sga_pipeline.site.words import page_languages, read_words
from tests.release_tables import GAPS, INDICATORS, STATES, Gap, write_release

AS_OF = date(2025, 3, 1)


class Page(HTMLParser):
    """Tags, ids, links and the text a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [str(found["id"])] if found.get("id") else []
        self.links += [str(found["href"])] if tag == "a" else []

    def handle_data(self, data: str) -> None:
        self.text += data


def register_of(folder: Path, gaps: tuple[Gap, ...] = GAPS, language: str = "en") -> Register:
    words = read_words(language)
    with open_release(write_release(folder, gaps=gaps)) as rows:
        return read_register(rows, words, Formats(words))


def ids(findings: list[Finding]) -> list[str]:
    return [one.gap_id for one in findings]


def test_findings_stand_worst_first_and_children_under_the_one_at_their_top(tmp_path: Path) -> None:
    register = register_of(tmp_path)
    assert {name: ids(group) for name, group in register.by_severity.items()} == {
        "critical": ["a1"],
        "high": ["b1"],
        "medium": [],
        "low": ["c1"],
    }
    # a3 is explained by a2, which is itself explained by a1.
    assert ids(register.by_severity["critical"][0].children) == ["a2", "a3"]
    assert ids(register.decided) == ["d1", "e1"]


def test_the_summary_counts_what_is_open_new_and_explained(tmp_path: Path) -> None:
    register = register_of(tmp_path)
    lines = {line.severity: (line.open, line.new, line.explained) for line in register.lines}
    assert lines == {"critical": (1, 0, 0), "high": (1, 1, 1), "medium": (0, 0, 0), "low": (1, 1, 1)}
    assert register.decided_counts == {"accepted": 1, "waived": 0, "closed": 1}
    assert not register.is_first


def test_each_office_finds_what_it_is_asked_worst_first(tmp_path: Path) -> None:
    gaps: tuple[Gap, ...] = (
        {"gap_id": "1", "gap_code": "G04", "severity": "low", "statement": "s", "owner": "Records"},
        {"gap_id": "2", "gap_code": "G04", "severity": "low", "statement": "s", "owner": "Records"},
        {"gap_id": "3", "gap_code": "G04", "severity": "high", "statement": "s", "owner": "Works"},
        {"gap_id": "4", "gap_code": "G04", "severity": "low", "statement": "s", "owner": None},
    )
    asked = register_of(tmp_path, gaps).by_owner()
    assert [(owner, ids(found)) for owner, found in asked] == [("Works", ["3"]), ("Records", ["1", "2"]), (None, ["4"])]


def test_the_register_opens_with_what_changes_conclusions_most_and_groups_by_facet(tmp_path: Path) -> None:
    shared: Gap = {"gap_code": "G04", "statement": "s", "owner": "Records"}
    gaps: tuple[Gap, ...] = (
        shared | {"gap_id": "1", "severity": "low", "facet": "reporting_mechanisms"},
        shared | {"gap_id": "2", "severity": "high", "facet": "reliability_and_validity", "top_ten": 2},
        shared | {"gap_id": "3", "severity": "critical", "facet": "reliability_and_validity", "top_ten": 1},
        shared | {"gap_id": "4", "severity": "medium", "facet": "reporting_mechanisms"},
        shared | {"gap_id": "5", "severity": "high", "status": "closed", "rule_id": "contract_blanks"},
    )
    register = register_of(tmp_path, gaps)
    assert ids(register.leading) == ["3", "2"]
    assert {name: ids(group) for name, group in register.by_facet.items() if group} == {
        "reliability_and_validity": ["3", "2"],
        "reporting_mechanisms": ["4", "1"],
    }
    assert register.decided[0].owner == "whoever writes the contracts"


def test_a_first_register_says_that_all_is_new(tmp_path: Path) -> None:
    assert register_of(tmp_path, tuple(one for one in GAPS if "first_seen" not in one)).is_first


def test_a_later_register_of_the_same_day_is_not_the_first(tmp_path: Path) -> None:
    again = tuple(one | {"is_new": False} for one in GAPS if "first_seen" not in one)
    register = register_of(tmp_path, again)
    assert not register.is_first
    assert register.total.new == 0


def test_no_finding_is_lost_where_its_parent_is_gone_decided_or_itself(tmp_path: Path) -> None:
    gaps: tuple[Gap, ...] = (
        {
            "gap_id": "gone",
            "parent_id": "nobody",
            "gap_code": "G04",
            "severity": "low",
            "statement": "s",
            "status": "explained",
        },
        {
            "gap_id": "self",
            "parent_id": "self",
            "gap_code": "G04",
            "severity": "low",
            "statement": "s",
            "status": "explained",
        },
        {"gap_id": "up", "gap_code": "G01", "severity": "high", "statement": "s", "status": "waived"},
        {
            "gap_id": "down",
            "parent_id": "up",
            "gap_code": "G04",
            "severity": "low",
            "statement": "s",
            "status": "explained",
        },
        {
            "gap_id": "shut",
            "parent_id": "up",
            "gap_code": "G04",
            "severity": "low",
            "statement": "s",
            "status": "closed",
        },
    )
    register = register_of(tmp_path, gaps)
    assert ids(register.by_severity["low"]) == ["gone", "self"]
    assert ids(register.decided) == ["up", "shut"]
    assert ids(register.decided[0].children) == ["down"]


def test_the_matrix_has_every_printed_indicator_and_every_state(tmp_path: Path) -> None:
    with open_release(write_release(tmp_path)) as rows:
        matrix = read_matrix(rows, read_words("en"))
    lines = [line for group in matrix.groups for line in group.lines]
    assert matrix.years == [2020, 2021, 2022, 2023, 2024]
    assert [line.indicator_id for line in lines] == [one[0] for one in INDICATORS]
    assert {cell.state for line in lines for cell in line.cells} == set(STATES)
    assert [(group.number, group.there, group.needed) for group in matrix.groups] == [(1, 7, 10), (4, 4, 8)]
    density, homicide = lines[1], lines[2]
    assert [cell.state for cell in density.cells] == ["provisional", "unsure", "suppressed", "partial", "missing"]
    # One district has all five years; the other has what the city has.
    assert density.districts == (5 + 2, 10)
    assert [(one.years, one.state) for one in homicide.reasons][:2] == [("2020", "suppressed"), ("2021", "partial")]


@pytest.mark.parametrize(("language", "text"), [("en", "11 months covered"), ("es", "11 meses cubiertos")])
def test_a_reason_is_in_the_language_of_the_page_and_a_decision_in_the_words_of_the_city(
    tmp_path: Path, language: str, text: str
) -> None:
    with open_release(write_release(tmp_path)) as rows:
        matrix = read_matrix(rows, read_words(language))
    reasons = {one.state: one for group in matrix.groups for line in group.lines for one in line.reasons}
    assert (reasons["partial"].reason, reasons["partial"].is_translated) == (text, True)
    assert (reasons["missing"].reason, reasons["missing"].is_translated) == ("because it is missing", False)


def test_years_next_to_each_other_are_one_range() -> None:
    assert year_ranges([2021, 2016, 2017, 2018]) == "2016–2018, 2021"


def test_an_unknown_score_is_unknown_and_never_zero(tmp_path: Path) -> None:
    words = read_words("en")
    with open_release(write_release(tmp_path)) as rows:
        scores = read_scores(rows, words, Formats(words))
        sources = read_sources(rows, words, Formats(words))
    by_title = {one.title: one.parts for one in (*scores["feed"], *scores["category"])}
    assert by_title["Residents"] == ["100%", None, None, "100%", None, "at most 100%", "100%"]
    assert by_title["4 Crime incidence"][0] == "0%"
    assert by_title["4 Crime incidence"][1] is None
    assert [(one.title, one.cadence, one.covers) for one in sources] == [
        ("Residents", "yearly", "2020–2024"),
        ("Police incidents", "monthly", "2020–2024"),
    ]


@pytest.mark.parametrize(
    ("value", "said"), [(0.9996, "99.96%"), (1.0, "100%"), (0.0004, "0.04%"), (0.0, "0%"), (0.52, "52%")]
)
def test_nearly_all_is_not_all(value: float, said: str) -> None:
    assert Formats(read_words("en")).share(value) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2021, 7, 1), date(2021, 7, 31), "July 2021"),
        (date(2021, 1, 1), date(2021, 12, 31), "2021"),
        (date(2020, 1, 1), date(2024, 12, 31), "2020–2024"),
        (date(2021, 11, 1), date(2022, 2, 28), "November 2021 – February 2022"),
        (date(2021, 7, 2), date(2021, 7, 2), "2 July 2021"),
    ],
)
def test_spans_are_said_as_people_say_them(start: date, end: date, said: str) -> None:
    assert Formats(read_words("en")).span(start, end) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_its_language(tmp_path: Path, language: str) -> None:
    first, *others = write_gap_pages(write_release(tmp_path, languages=[language]), as_of=AS_OF)
    assert [first.name, *(one.name for one in others)] == ["gaps.html", *(["gaps.en.html"] if language != "en" else [])]
    html = first.read_text(encoding="utf-8")
    page = Page(html)
    assert dict(page.tags)["html"]["lang"] == language
    assert len(page.ids) == len(set(page.ids))
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert inside
    assert set(inside) <= set(page.ids)
    assert {link for link in page.links if not link.startswith(("#", "https://haven.example/"))} == {
        one.name for one in others
    }
    mark = "" if language == "en" else f"{language.upper()} "
    for gap in GAPS:
        # What is asked of somebody stands twice: in the list of what each office is asked, and where it was found.
        times = 2 if gap.get("status", "open") == "open" else 1
        assert page.text.count(f"{mark}{gap['statement']}") == times, gap["gap_id"]
        assert f"finding-{gap['gap_id']}" in page.ids
    for finding in re.findall(r"<pre><code>(.*?)</code>", html, re.S):
        assert finding.startswith("select")


def test_text_of_the_data_is_never_markup(tmp_path: Path) -> None:
    [file] = write_gap_pages(write_release(tmp_path), as_of=AS_OF)
    html = file.read_text(encoding="utf-8")
    assert "&lt;b&gt;without&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "homicide &lt;per 100,000&gt;" in html


def test_figures_of_the_evidence_are_shown_whatever_their_type(tmp_path: Path) -> None:
    [finding] = register_of(tmp_path).by_severity["high"]
    assert finding.figures == [
        ("Value (MAR)", "0.12"),
        ("Threshold", "0.1"),
        ("rows_in", "1,200"),
        ("rows_kept", "1,180"),
        ("share", "0.5"),
        ("quiet", "no value"),
        ("periods", "2023-01, 2023-02"),
    ]


def test_a_link_of_a_source_is_an_address_of_the_web_or_none(tmp_path: Path) -> None:
    import duckdb

    folder = write_release(tmp_path)
    with duckdb.connect(str(folder / "sga.duckdb")) as con:
        con.execute("update sources set url = 'javascript:alert(1)' where feed_id = 'residents'")
    [file] = write_gap_pages(folder, as_of=AS_OF)
    assert [link for link in Page(file.read_text(encoding="utf-8")).links if not link.startswith("#")] == [
        "https://haven.example/data"
    ]


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = write_release(tmp_path, languages=["es", "fr", "ru"])
    before = {page.name: page.read_bytes() for page in write_gap_pages(folder, as_of=AS_OF)}
    assert sorted(before) == ["gaps.en.html", "gaps.fr.html", "gaps.html", "gaps.ru.html"]
    assert {page.name: page.read_bytes() for page in write_gap_pages(folder, as_of=AS_OF)} == before


def test_a_release_without_findings_says_so(tmp_path: Path) -> None:
    [file] = write_gap_pages(write_release(tmp_path, gaps=()), as_of=AS_OF)
    text = Page(file.read_text(encoding="utf-8")).text
    assert "There is no open finding." in text
    assert "There is none." in text


def test_pages_speak_the_citys_languages_and_english() -> None:
    assert page_languages(["fr", "wo"]) == ["fr", "en"]
    assert page_languages(["pt"]) == ["en"]
    assert page_languages(["es", "en", "es"]) == ["es", "en"]


def test_a_word_that_is_not_there_is_an_error_that_names_it_and_the_file() -> None:
    with pytest.raises(SgaError, match=r"\[nonsense\], in .*words\.csv"):
        read_words("fr")("nonsense")
