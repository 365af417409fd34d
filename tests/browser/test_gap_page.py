"""The register in a real Chromium: for whoever cannot see it, has no mouse, a small screen, no script, no network or paper."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from sga_pipeline.languages import LANGUAGES
from sga_pipeline.site import write_gap_pages
from tests.release_tables import GAPS, INDICATORS, write_release

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with its pages in four languages."""
    release = write_release(tmp_path_factory.mktemp("release"), languages=LANGUAGES)
    write_gap_pages(release, as_of=date(2025, 3, 1))
    return release


@pytest.fixture
def page(folder: Path, browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto((folder / "gaps.html").as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_no_barrier(folder: Path, browser: Browser, language: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((folder / ("gaps.html" if language == "en" else f"gaps.{language}.html")).as_uri())
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 20
    page.close()


def test_no_request_leaves_the_page(folder: Path, browser: Browser) -> None:
    """Served as a city would serve it: one request, for the page itself; and nothing to complain of."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    sent: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    address = f"http://127.0.0.1:{server.server_port}/gaps.html"
    page.goto(address, wait_until="networkidle")
    page.close()
    server.shutdown()
    server.server_close()
    assert [one for one in sent if not one.startswith("data:")] == [address]
    assert asked == ["/gaps.html"]
    assert complaints == []


def test_what_the_data_say_can_neither_run_nor_reach_out(folder: Path, browser: Browser) -> None:
    """Should markup ever slip through, the page's own policy stops it."""
    page = browser.new_page()
    html = (folder / "gaps.html").read_text(encoding="utf-8")
    slipped = "<script>document.title = 'run'</script><img src='http://127.0.0.1:9/x.png'></main>"
    (folder / "slipped.html").write_text(html.replace("</main>", slipped), encoding="utf-8")
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.failure or ""))
    page.goto((folder / "slipped.html").as_uri())
    assert page.title() == "Data gaps: Haven"
    assert failed == ["csp"]
    page.close()


def test_everything_is_there_without_a_script(folder: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "gaps.html").as_uri())
    assert page.locator("article.finding").count() == len([gap for gap in GAPS if "parent_id" not in gap])
    evidence = page.locator("#finding-b1 details.evidence")
    expect(evidence.locator("pre")).to_be_hidden()
    evidence.locator("summary").click()
    expect(evidence.locator("pre")).to_contain_text("select rows_in")
    context.close()


@pytest.mark.parametrize("width", [320, 375, 800])
def test_a_small_screen_scrolls_one_way(folder: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.goto((folder / "gaps.ru.html").as_uri())
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#findings"
    assert skip.bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "findings"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article').id") == "finding-a1"
    page.keyboard.press("Enter")
    expect(page.locator("#finding-a1 > details.evidence pre")).to_be_visible()
    ring = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert "rgb(11, 79, 125)" in ring
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Months of 2023 are missing in the homicide counts.")).to_be_visible()


def test_every_focusable_thing_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        """[...document.querySelectorAll('a, summary, [tabindex="0"]')]
        .filter(one => !(one.getAttribute('aria-label') || one.textContent).trim()).map(one => one.outerHTML)"""
    )
    assert nameless == []


def test_the_years_stay_in_view_while_the_matrix_is_read(folder: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 300})
    page.goto((folder / "gaps.html").as_uri())
    page.locator("table.matrix tbody tr").last.scroll_into_view_if_needed()
    box = page.locator("table.matrix thead th.year").first.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 300
    page.close()


def test_every_cell_says_its_state_in_a_word_and_a_sign(page: Page) -> None:
    cells = page.locator("table.matrix td.cell")
    assert cells.count() == len(INDICATORS) * 5
    for text in cells.all_text_contents():
        sign, word = text[0], text[1:]
        assert sign.strip()
        assert word.strip()
    header = page.locator("table.matrix tbody tr th[scope=row]")
    assert header.count() == len(INDICATORS)
    homicide = page.locator("table.matrix tr", has_text="4.01")
    homicide.get_by_role("link").first.click()
    assert page.url.endswith("#finding-a1")


def test_languages_lead_to_each_other(page: Page) -> None:
    page.get_by_role("navigation", name="Languages").get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#finding-a1-said")).to_have_text("ES No homicide figure exists for Haven from 2023 on.")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_one_click_takes_the_whole_query(page: Page) -> None:
    page.locator("#finding-b1 summary").click()
    page.locator("#finding-b1 pre").click()
    chosen = page.evaluate("getSelection().toString()").strip()
    assert chosen == "select rows_in, rows_kept from deliveries where feed_id = 'police_incidents'"


def test_paper_has_everything_unfolded_and_the_matrix_lies_across(page: Page) -> None:
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    sizes = {tuple(round(side) for side in sheet.get_size()) for sheet in printed}
    assert sizes == {(595, 842), (842, 595)}
    sheets = [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in printed]
    text = " ".join(sheets)
    for gap in GAPS:
        assert str(gap["statement"]) in text, gap["gap_id"]
    assert "select rows_in, rows_kept from deliveries where feed_id = 'police_incidents'" in text
    assert "The office publishes under its statute." in text
    [matrix] = [at for at, sheet in enumerate(sheets) if "Indicators and years" in sheet]
    assert printed[matrix].get_width() > printed[matrix].get_height()
    for _, seq, _, _, title, _ in INDICATORS:
        assert f"{seq} {title}" in sheets[matrix]
    # A finding that explains no other is whole on one sheet.
    [whole] = [sheet for sheet in sheets if "Robberies are known for the city alone." in sheet and "Next step" in sheet]
    assert "District 1" in whole
