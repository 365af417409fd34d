"""Data Docs: equal results give equal pages, which ask nobody for anything and lead to every suite."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sga_pipeline.expectations.data_docs import site
from sga_pipeline.expectations.plain_html import plain


def test_a_page_is_made_plain() -> None:
    page = (
        '<html><head><link href="https://a.example/x.css"><style>b</style></head><body onload="go()"><nav><a href="https://b.example">logo</a></nav>'
        '<h5 class="m-0">Over<script>alert(1)</script>view</h5><img src="//c.example/x.png"><p style="background:url(https://d.example)">1 &lt; 2 '
        '<a href="https://e.example">out</a></p><table><thead hidden><tr><th></th></tr></thead><tr><td><i class="fas fa-times"></i></td></tr></table>'
        '<div class="collapse">run at noon</div><footer>newsletter</footer></body></html>'
    )
    assert plain(page) == (
        '<h2>Overview</h2><p>1 &lt; 2 out</p><table><tr><td><span class="fails">fails</span></td></tr></table>'
    )


ELEMENTS = re.compile(
    r'<(/?(?:div|p|span|strong|em|ul|ol|li|table|thead|tbody|tr|td|br|code|pre|h2|h3)|/th|th scope="col"'
    r'|span class="(?:holds|fails|errored)")>'
)
PIECES = [
    *("<", ">", "&lt;", "<!--", "-->", "<![CDATA[", "]]>", '"', "'", "=", "/", "\x00", " on", "text"),
    *("<script>", "</script>", "<style>", "</style>", "<svg><style>", "<math><mi>", "<template>", "<plaintext>"),
    *('<a href="javascript:go()">', "<img src=//a.example onerror=go()>", "<p style=background:url(//b.example)>"),
    *("<td>", "</td>", '<i class="fas fa-times">', "<th onclick=go()>", "<h1>", "<table hidden>", "<body onload=go()>"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_whatever_comes_in_only_listed_elements_come_out(pieces: list[str]) -> None:
    """Without attributes of the page's own: so nothing that comes out can run, or ask for anything."""
    made = plain("".join(pieces))
    assert "<" not in ELEMENTS.sub("", made)


def expectation(success: bool, errored: str | None = None) -> dict[str, Any]:
    return {
        "success": success,
        "result": {
            "element_count": 12,
            "unexpected_count": 0 if success else 3,
            "unexpected_percent": 0.0 if success else 25.0,
        },
        "expectation_config": {
            "type": "expect_column_values_to_be_between",
            "description": "Shares stay below <100>.",
            "meta": {"check": "x"},
            "kwargs": {"column": "share", "max_value": 100},
        },
        "exception_info": {
            "raised_exception": errored is not None,
            "exception_message": errored,
            "exception_traceback": "" if errored else None,
        },
    }


def suite(name: str, position: int, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "city_id": "xx_small",
        "suite": name,
        "title": f"About {name} & more",
        "asset": "main/observations",
        "position": position,
        "result": json.dumps(results),
    }


SUITES = [
    suite("good", 1, [expectation(True)]),
    suite("bad", 2, [expectation(True), expectation(False)]),
    suite("broken", 3, [expectation(False, "no such column")]),
    suite("bare", 4, []),
]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(site(SUITES))


def test_the_index_leads_to_every_suite_and_says_how_it_stands(pages: dict[str, str]) -> None:
    assert set(pages) == {"index.html", "good.html", "bad.html", "broken.html"}
    index = pages["index.html"]
    rows = re.findall(
        r'<td>(?:<a href="([^"]+)">)?About (\w+) &amp; more(?:</a>)?</td><td>(\d)</td><td class="(\w+)">', index
    )
    assert rows == [
        ("good.html", "good", "1", "holds"),
        ("bad.html", "bad", "2", "fails"),
        ("broken.html", "broken", "1", "fails"),
        ("", "bare", "0", "nothing"),
    ]


def test_a_page_says_what_failed_in_the_words_of_the_rule(pages: dict[str, str]) -> None:
    assert "Shares stay below &lt;100&gt;." in pages["bad.html"]
    assert "3 unexpected values found" in pages["bad.html"]
    assert '<span class="fails">fails</span>' in pages["bad.html"]
    assert "fails</span>" not in pages["good.html"]


def test_nothing_in_a_page_can_ask_for_anything(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        assert not re.search(r"https?:|//|<script|<img|<iframe|url\(|@import|\bon\w+=", html), path
        assert set(re.findall(r'href="([^"]*)"', html)) <= {*pages, "data:,"}, path


def test_equal_results_give_equal_pages(pages: dict[str, str]) -> None:
    assert dict(site(SUITES)) == pages
