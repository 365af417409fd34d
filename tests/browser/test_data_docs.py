"""The pages of the checks in a release, opened from the disk in real Chromium without a network."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.runs import Run

pytestmark = pytest.mark.slow


def test_every_suite_can_be_clicked_through_and_nothing_leaves_the_machine(browser: Browser, demo: Run) -> None:
    index = demo.release / "data_docs" / "index.html"
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    said: list[str] = []

    def only_files(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_() if route.request.url.startswith("file://") else route.abort()

    def note(request: Request) -> None:
        failed.append(request.url)

    page.route("**/*", only_files)
    page.on("requestfailed", note)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(index.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Checks of the published tables")
    titles = page.get_by_role("link").all_text_contents()
    checked = {
        row[0]
        for row in demo.rows(
            "select distinct split_part(check_name, ':', 1) from checks where engine = 'gx' and passed is not null"
        )
    }
    assert len(titles) == len(checked) >= 10
    for title in titles:
        page.get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.get_by_role("heading", name="Statistics")).to_be_visible()
        assert page.locator("td .holds, td .fails").count() >= 2
        page.get_by_role("link", name="All checks").click()
    context.close()
    assert failed == [] and said == []
    assert [url for url in asked if not url.startswith("file://")] == []
