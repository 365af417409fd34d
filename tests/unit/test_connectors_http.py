"""Addresses as the http connector shows, names and follows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sga_pipeline.connectors.addresses import file_name, redirect_target, shown
from sga_pipeline.raw.delivery import kept_name

ASKED = "https://data.example.org/a/b.csv"


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("c.csv", "https://data.example.org/a/c.csv"),
        ("/c.csv?x=1", "https://data.example.org/c.csv?x=1"),
        ("https://DATA.example.org:443/c.csv", "https://DATA.example.org:443/c.csv"),
        ("https://files.example.net/c.csv", "https://files.example.net/c.csv"),
        ("http://data.example.org/c.csv", None),
        ("https://data.example.org:8443/c.csv", None),
        ("https://files.example.net:8443/c.csv", None),
        ("https://files.example.net.evil.example/c.csv", None),
        ("https://data.example.org@evil.example/c.csv", None),
        ("https://evil.example\\@data.example.org/c.csv", None),
        ("https://data.example.org:port/c.csv", None),
        ("javascript:alert(1)", None),
    ],
)
def test_where_a_redirect_may_lead(location: str, leads_to: str | None) -> None:
    assert redirect_target(ASKED, location, ASKED, ["files.example.net"]) == leads_to


def test_a_move_to_https_on_the_same_host_is_followed() -> None:
    here, there = "http://data.example.org/b.csv", "https://data.example.org/b.csv"
    assert redirect_target(here, there, here, []) == there


def test_keys_and_passwords_are_not_shown() -> None:
    assert shown("https://user:pw@data.example.org/b.csv?key=s3cret#x") == "https://data.example.org/b.csv"


@given(st.text())
def test_any_address_gives_a_name_a_folder_can_hold(path: str) -> None:
    name = file_name(f"https://data.example.org/{path}")
    assert name and "/" not in name and "\x00" not in name and not name.startswith(".")
    assert len(kept_name(name).encode()) <= 255


@given(st.text())
def test_any_file_name_becomes_one_a_folder_can_hold(name: str) -> None:
    kept = kept_name(name)
    assert kept not in {"", ".", "..", "delivery.json"} and "/" not in kept and "\x00" not in kept
    assert len(kept.encode()) <= 255
