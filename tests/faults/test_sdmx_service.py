"""A local SDMX service of 2.1 and 3.0: what is asked, what is kept, and how its refusals are distinguished."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from pydantic import ValidationError

from sga_pipeline.connectors.choose import connector_for
from sga_pipeline.connectors.connector import Fetched, FileMissing, Known
from sga_pipeline.connectors.statistics.sdmx import SdmxConnector
from sga_pipeline.connectors.statistics.sdmx_comparison import have_same_content
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.contracts.sources.services import SdmxSource
from sga_pipeline.errors import PullError
from tests.sdmx_messages import STRUCTURE, message, read
from tests.servers import Answer, Server, answer, redirect, serving
from tests.unit.test_pull import SOURCE, Setting

FORM = SdmxFormat(kind="sdmx")
ERROR = (
    '<m:Error xmlns:m="urn:m" xmlns:c="urn:c"><m:ErrorMessage code="{}"><c:Text>{}</c:Text></m:ErrorMessage></m:Error>'
)
NONE = ERROR.format(100, "No results matching the query").encode()
SERIES = '<Series REF_AREA="A1" SEX="F"><Obs TIME_PERIOD="{}" OBS_VALUE="{}" OBS_STATUS="A"/></Series>'
XML = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"


def message_of(period: str, value: int = 12) -> bytes:
    return message(SERIES.format(period, value))


class Service:
    """Answers like an SDMX service. `by_period` holds what it says of a period instead of data."""

    def __init__(self, version: str) -> None:
        self.version, self.requests_made = version, 0
        self.by_period: dict[str, list[Answer]] = {}

    def __call__(self, target: str, _body: bytes) -> Answer:
        self.requests_made += 1
        parts = urlsplit(target)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if self.version == "2.1":
            if parts.path == "/rest/dataflow/XX/CRIME/1.0" and query == {"references": ["descendants"]}:
                return answer(STRUCTURE, media_type="application/xml")
            if not parts.path.startswith("/rest/data/XX,CRIME,1.0/"):
                return answer(b"nothing here", "404 Not Found")
            period = query.get("startPeriod", ["2019"])[0]
            assert query.get("endPeriod", ["2019"]) == [period]
        else:
            if parts.path == "/rest/structure/dataflow/XX/CRIME/1.0":
                return answer(STRUCTURE, media_type="application/xml")
            if not parts.path.startswith("/rest/data/dataflow/XX/CRIME/1.0/"):
                return answer(b"nothing here", "404 Not Found")
            limits = query.get("c[TIME_PERIOD]", ["ge:2019+le:2019"])[0]
            found = re.fullmatch(r"ge:(\S+)\+le:(\S+)", limits)
            assert found and found[1] == found[2], limits
            period = found[1]
        if self.by_period.get(period):
            waiting = self.by_period[period]
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]
        # Every answer has a number and a moment of its own.
        body = message_of(period).replace(b"<m:ID>I1", b"<m:ID>I%d" % self.requests_made)
        return answer(
            body.replace(b"2024-01-01T00:00:00", b"2024-01-01T00:00:%02d" % self.requests_made), media_type=XML
        )


Get = Callable[..., Fetched]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    def fetch(server: Server, version: str, period: str | None = None, **more: object) -> Fetched:
        given = {
            "connector": "sdmx",
            "address": server.address("rest"),
            "version": version,
            "flow": "XX,CRIME,1.0",
            "ask_for": "xml",
            "retries": 0,
            "total_timeout_s": 20.0,
        } | more
        fetched = SdmxConnector(SdmxSource.model_validate(given), FORM, lambda _: None).fetch(period, tmp_path, Known())
        assert fetched is not None
        return fetched

    return fetch


@pytest.mark.parametrize(
    ("version", "key", "asked"),
    [
        ("2.1", None, "/rest/data/XX,CRIME,1.0/all?startPeriod=2023-Q1&endPeriod=2023-Q1"),
        ("2.1", "A1+A2..F", "/rest/data/XX,CRIME,1.0/A1+A2..F?startPeriod=2023-Q1&endPeriod=2023-Q1"),
        ("3.0", None, "/rest/data/dataflow/XX/CRIME/1.0/*?c[TIME_PERIOD]=ge:2023-Q1+le:2023-Q1"),
        ("3.0", "A1,A2.*.F", "/rest/data/dataflow/XX/CRIME/1.0/A1,A2.*.F?c[TIME_PERIOD]=ge:2023-Q1+le:2023-Q1"),
    ],
)
def test_what_is_asked(get: Get, version: str, key: str | None, asked: str) -> None:
    with serving(responder=Service(version)) as server:
        fetched = get(server, version, "2023-Q1", key=key)
    line, *headers = server.requests[0].splitlines()
    assert unquote(line.split(" ")[1]) == asked
    media_type = "structurespecificdata+xml;version=2.1" if version == "2.1" else "data+xml;version=3.0.0"
    assert f"Accept: application/vnd.sdmx.{media_type}" in headers
    assert [(row["TIME_PERIOD"], row["OBS_VALUE"]) for row in read(fetched.path)] == [("2023-Q1", "12")]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_the_structure_is_the_second_page(get: Get, version: str) -> None:
    with serving(responder=Service(version)) as server:
        fetched = get(server, version, structure=True)
    with zipfile.ZipFile(fetched.path) as archive:
        assert archive.read(archive.namelist()[1]) == STRUCTURE and len(archive.namelist()) == 2
    (row,) = read(fetched.path)
    assert (row["SEX"], row["SEX label"], row["OBS_VALUE"]) == ("F", "Mujeres", "12")


@pytest.mark.parametrize("body", [NONE, b'{"errors": [{"code": 100, "title": "no results found"}]}', b"NoRecordsFound"])
def test_no_results_are_an_answer(get: Get, body: bytes) -> None:
    service = Service("2.1")
    service.by_period["2023"] = [answer(body, "404 Not Found")]
    with serving(responder=service) as server, pytest.raises(FileMissing, match="no observations"):
        get(server, "2.1", "2023")


def test_an_unknown_flow_is_a_fault_and_no_gap(get: Get) -> None:
    with (
        serving(responder=Service("2.1")) as server,
        pytest.raises(PullError, match="does not know this data flow") as raised,
    ):
        get(server, "2.1", "2023", flow="XX,OTHER,1.0")
    assert not isinstance(raised.value, FileMissing) and not raised.value.transient


def cut(content: bytes) -> bytes:
    return answer(content, media_type=XML)[: -len(content) // 2]


@pytest.mark.parametrize(
    ("given", "message_"),
    [
        (answer(b"", "413 Too Large"), "too large for the server.*by periods"),
        (answer(b"", "429 Slow Down", Retry_After="7"), "asks to wait 7 s"),
        (answer(b"", "500 Broken"), "answered 500"),
        (answer(b"", "501 Not Implemented"), "answered 501"),
        (answer(b"<html>log in</html>", media_type="text/html"), "a web page"),
        (redirect("http://elsewhere.example/login"), "redirects to another place"),
        (cut(message_of("2023")), "cut short|connection failed"),
        (answer(ERROR.format(150, "Invalid number of keys").encode(), media_type=XML), "Invalid number of keys"),
        (answer(b'{"errors": [{"code": 150, "title": "Too few"}]}', media_type="application/json"), "Too few"),
        (
            answer(
                message(
                    "",
                    footer='<f:Footer><f:Message code="413" severity="Error"><c:Text>Come back later</c:Text></f:Message></f:Footer>',
                ),
                media_type=XML,
            ),
            "Come back later",
        ),
        (
            answer(
                b'<g:GenericData xmlns:g="urn:g" xmlns:f="urn:f"><f:Footer><f:Message code="413" severity="Infomation"><f:Text>at another place</f:Text></f:Message></f:Footer></g:GenericData>',
                media_type=XML,
            ),
            "at another place",
        ),
        (answer(b"", media_type=XML), "empty"),
    ],
)
def test_refusals(get: Get, given: bytes, message_: str) -> None:
    service = Service("2.1")
    service.by_period["2023"] = [given]
    with serving(responder=service) as server, pytest.raises(PullError, match=message_):
        get(server, "2.1", "2023")


def test_busy_for_a_while_and_moved_within_the_server(get: Get) -> None:
    service = Service("3.0")
    service.by_period["2023"] = [
        answer(b"", "429 Slow Down", Retry_After="1"),
        redirect("/rest/data/dataflow/XX/CRIME/1.0/*"),
        answer(message_of("2023"), media_type=XML),
    ]
    with serving(responder=service) as server:
        fetched = get(server, "3.0", "2023", retries=2)
    assert read(fetched.path)[0]["OBS_VALUE"] == "12" and len(server.requests) == 3


def test_a_token_is_sent_and_shown_nowhere(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XX_TOKEN", "s3cret-word")
    service = Service("2.1")
    service.by_period["2023"] = [answer(ERROR.format(150, "your key s3cret-word is too old").encode(), media_type=XML)]
    with serving(responder=service) as server, pytest.raises(PullError) as raised:
        get(server, "2.1", "2023", token_env="XX_TOKEN")
    assert "Bearer s3cret-word" in server.requests[0] and "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"version": "3.0", "flow": "CRIME"},
        {"version": "3.0", "ask_for": "generic_xml"},
        {"version": "2.1", "key": "A,B"},
        {"version": "3.0", "key": "A+B"},
        {"key": "../admin"},
        {"key": ".."},
        {"key": "a?b=c"},
        {"flow": "a/b"},
        {"flow": "a,b,c,d"},
        {"address": "https://x.example/rest?key=1"},
        {"version": "2.0"},
    ],
)
def test_wrong_sources_are_found_before_anybody_is_asked(spoiled: dict[str, str]) -> None:
    good = {"connector": "sdmx", "address": "https://x.example/rest", "version": "2.1", "flow": "XX,CRIME,1.0"}
    SdmxSource.model_validate(good)
    with pytest.raises(ValidationError):
        SdmxSource.model_validate(good | spoiled)


PERIODIC = "source: {{connector: sdmx, address: '{}', version: '2.1', flow: 'XX,CRIME,1.0', ask_for: xml, retries: 0, structure: true, periods: {{freq: A, first: '2020', last: '2022'}}}}"


def test_the_same_data_asked_twice_are_one_delivery(tmp_path: Path) -> None:
    service = Service("2.1")
    service.by_period["2021"] = [answer(NONE, "404 Not Found", media_type="application/xml")]
    with serving(responder=service) as server:
        setting = Setting(tmp_path, PERIODIC.format(server.address("rest")), "format: {kind: sdmx}")
        assert [one.status for one in setting.pull()] == ["new", "missing", "new"]
        first = setting.newest("2020")
        # Each answer has another number and moment, and none of them is news.
        assert [one.status for one in setting.pull()] == ["unchanged", "missing", "unchanged"]
        assert [one.status for one in setting.pull()] == ["unchanged", "missing", "unchanged"]
        assert setting.newest("2020") == first
        folders = [one for one in setting.store.folder.iterdir() if (one / "delivery.json").exists()]
        assert len(folders) == 2
        # A figure revised is news, and so is a period that had none; the others stay.
        service.by_period = {"2022": [answer(message_of("2022", 13), media_type=XML)]}
        assert [one.status for one in setting.pull()] == ["unchanged", "new", "new"]
        assert [len(setting.store.arrivals()[one]) for one in ("2020", "2021", "2022")] == [1, 1, 2]
        # Brought by hand since, a file stays the newest while the source says nothing new.
        (setting.inbox / "crime-2020.xml").write_bytes(message_of("2020", 99))
        assert {one.period: one.status for one in setting.pull()}["2020"] == "new"
        assert b'"99"' in setting.newest("2020")
        assert {one.period: one.status for one in setting.pull()}["2020"] == "unchanged"
        assert b'"99"' in setting.newest("2020")


def test_what_has_the_same_content(tmp_path: Path) -> None:
    def same(one: bytes, other: bytes) -> bool:
        (tmp_path / "one").write_bytes(one)
        (tmp_path / "other").write_bytes(other)
        return have_same_content(tmp_path / "one", tmp_path / "other")

    data = message_of("2023")
    later = data.replace(b"<m:ID>I1", b"<m:ID>I2").replace(b"2024-01-01T00", b"2025-01-01T00")
    assert same(data, later) and data != later
    assert not same(data, later.replace(b'OBS_VALUE="12"', b'OBS_VALUE="13"'))
    # What the header says of the data counts; and an ID among the data is data.
    assert not same(data, later.replace(b"CRIME", b"CRIMES"))
    inside = data.replace(b"<Series", b"<ID>1</ID><Series")
    assert not same(inside, inside.replace(b"<ID>1", b"<ID>2"))
    json_ = b'{"meta": {"id": "1", "prepared": "a", "sender": "x"}, "data": {"dataSets": [1.50]}}'
    assert same(json_, json_.replace(b'"1"', b'"2"').replace(b'"a"', b'"b"'))
    assert not same(json_, json_.replace(b"1.50", b"1.5")) and not same(json_, json_.replace(b'"x"', b'"y"'))
    assert not same(b"DATAFLOW,A\n", b"DATAFLOW,B\n") and same(b"DATAFLOW,A\n", b"DATAFLOW,A\n")
    assert not same(data[:200], later[:200])


def test_the_contract_chooses_the_connector(tmp_path: Path) -> None:
    text = "source: {connector: sdmx, address: 'https://x.example/rest', version: '2.1', flow: CRIME, ask_for: csv}"
    setting = Setting(tmp_path, text)
    assert isinstance(connector_for(setting.plan, setting.city), SdmxConnector)
    assert SOURCE not in text
