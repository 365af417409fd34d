"""A bulk export listed at one host and stored at another: what is asked for there, and where the token goes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.connectors.health.fhir_manifest import read_manifest
from sga_pipeline.contracts.sources.services import FhirSource
from sga_pipeline.errors import PullError
from tests.fake_fhir_server import FakeFhirServer
from tests.fhir_pulls import TOKEN, Pulling, members, refused, removals
from tests.servers import Server, answer, serving


def two_hosts(pull: Pulling, needs_token: object, *, named: bool = True) -> tuple[Fetched | str, Server, Server]:
    """What comes of a server whose files are on another host of this machine; both as they were asked."""
    fhir_server = FakeFhirServer(0)
    fhir_server.says = {"requiresAccessToken": needs_token}
    with serving(responder=fhir_server) as server, serving(responder=FakeFhirServer(0)) as store:
        fhir_server.files_at = store.address("", "localhost").rstrip("/")
        keys: dict[str, object] = {"redirect_hosts": [f"localhost:{store.port}"]} if named else {}
        try:
            return pull(fhir_server, server, **keys), server, store
        except PullError as error:
            return str(error), server, store


@pytest.mark.parametrize("needs_token", [False, None])
def test_files_on_a_host_the_contract_names_are_fetched_without_the_token(pull: Pulling, needs_token: object) -> None:
    fetched, server, store = two_hosts(pull, needs_token)
    assert isinstance(fetched, Fetched) and len(members(fetched)) == 5 and len(store.requests) == 5
    assert not any("Authorization" in one or TOKEN in one for one in store.requests)
    assert all(TOKEN in one for one in server.requests)


@pytest.mark.parametrize(
    ("needs_token", "named", "says"),
    [
        (True, True, r"needs the token and is on another server, http://localhost:\d+, which never gets it"),
        (False, False, r"at another place, http://localhost:\d+ .*redirect_hosts"),
    ],
)
def test_files_on_another_host_that_may_not_be_had_are_not_asked_for(
    pull: Pulling, needs_token: bool, named: bool, says: str
) -> None:
    error, server, store = two_hosts(pull, needs_token, named=named)
    assert re.search(says, str(error)), error
    assert store.requests == [] and len(removals(server)) == 1


def test_files_that_need_no_token_get_none(pull: Pulling) -> None:
    fhir_server = FakeFhirServer(0)
    fhir_server.says = {"requiresAccessToken": False}
    with serving(responder=fhir_server) as server:
        pull(fhir_server, server)
    assert [TOKEN in one for one in server.requests if ".ndjson HTTP" in one] == [False] * 5


def test_an_address_that_is_a_key_itself_is_not_shown(pull: Pulling) -> None:
    fhir_server = FakeFhirServer(0, **{"k3y-in-path": answer(b"", "403 Forbidden")})
    with serving(responder=fhir_server) as server:
        fhir_server.says = {"output": [{"type": "Patient", "url": server.address("r4/k3y-in-path?sig=k3y")}]}
        assert "k3y" not in str(refused(pull, fhir_server, server))


@pytest.mark.parametrize(
    "where",
    ["https://jobs.example.net/1", "http://localhost:9/1", "//evil.example/1", "http://127.0.0.1\\@evil.example/"],
)
def test_progress_reported_elsewhere_is_not_asked_for(pull: Pulling, where: str) -> None:
    fhir_server = FakeFhirServer(0, start=answer(status="202 Accepted", media_type=None, Content_Location=where))
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server)
    assert "progress at another place" in str(error) and len(server.requests) == 1


def test_an_open_line_is_not_taken_for_a_private_one(tmp_path: Path) -> None:
    """So answer servers that do not know they are behind a proxy."""
    source = FhirSource.model_validate(
        {"connector": "fhir", "address": "https://fhir.example.org/r4", "resources": ["Patient"]}
    )
    file = tmp_path / "list"
    for scheme in ("http", "https"):
        file.write_text(json.dumps({"output": [{"type": "Patient", "url": f"{scheme}://fhir.example.org/r4/1"}]}))
        if scheme == "https":
            assert len(read_manifest(file, source.address, source).files) == 1
            continue
        with pytest.raises(PullError, match=r"at another place, http://fhir.example.org .*nothing is fetched by http"):
            read_manifest(file, source.address, source)


def test_a_path_alone_leads_to_the_same_server(pull: Pulling) -> None:
    start = answer(status="202 Accepted", media_type=None, Content_Location="/r4/jobs/1/status")
    fhir_server = FakeFhirServer(0, start=start)
    with serving(responder=fhir_server) as server:
        assert len(members(pull(fhir_server, server))) == 5


def test_the_token_goes_over_no_open_line(pull: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        assert "unencrypted" in str(refused(pull, fhir_server, server, address="http://fhir.example.org/r4"))
        monkeypatch.delenv("FHIR_TOKEN")
        assert "FHIR_TOKEN" in str(refused(pull, fhir_server, server)) and not server.requests
        # A server that needs none is asked without.
        assert len(members(pull(fhir_server, server, token_env=None))) == 5
