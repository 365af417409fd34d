"""Where a feed's deliveries come from: one source a protocol, with the address and what may be asked of it."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sga_pipeline.contracts.base import Code, Contract, Sentence
from sga_pipeline.contracts.formats import Dhis2Format, Format, OpenSdgFormat

Frequency = Literal["A", "Q", "M"]
WebAddress = Annotated[str, Field(pattern=r"^https?://")]
EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


def _number_or_all(given: Any) -> Any:
    if given is None or given == "all" or (type(given) is int and 0 <= given <= 1200):
        return given
    raise ValueError("write how many of the newest periods are asked for again, 0 to 1200, or all")


class Periods(Contract):
    """The periods a feed can be asked for one by one."""

    freq: Frequency
    first: Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
    last: Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$")] | None = None
    # How many of the newest ended periods are asked for again in every pull, for sources that still change them.
    # Older ones that are here are left alone until somebody asks for them. `all`: each is asked for again every time.
    # Not given: three; and all of a folder's, where looking costs nothing.
    revisable: Annotated[
        Annotated[int, Field(ge=0, le=1200)] | Literal["all"] | None, BeforeValidator(_number_or_all)
    ] = None

    @model_validator(mode="after")
    def _written_alike(self) -> Periods:
        shape = {"A": 4, "Q": 7, "M": 7}[self.freq]
        for text in (self.first, self.last):
            if text and (len(text) != shape or ("Q" in text) != (self.freq == "Q")):
                raise ValueError(f"the period [{text}] is not written as frequency {self.freq} asks")
        if self.last and self.last < self.first:
            raise ValueError(f"the last period [{self.last}] comes before the first [{self.first}]")
        return self


def _starred(address: str) -> str:
    """An address whose last part may hold one *, which stands for what changes in a name."""
    if "*" in address.rpartition("/")[0] or address.count("*") > 1:
        raise ValueError("one * may stand in the last part of the address, and nowhere else")
    return address


class AnySource(Contract):
    """What every source can be asked about itself. Most have {period} in the address where they have periods."""

    address: str
    periods: Periods | None = None

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        if "{period}" in self.address and self.periods is None:
            return "the address has {period} and no periods"
        if "{period}" not in self.address and self.periods is not None:
            return "the address lacks {period}"
        return None

    def format_problem(self, form: Format) -> str | None:
        """Why an answer cannot be of a format; None where it can."""
        return None


class FileSource(AnySource):
    """A file below the city's data folder, or dropped in the inbox."""

    connector: Literal["file"]
    # {period} stands for the period asked for; a * in the file's name takes the newest by name.
    address: Sentence

    @field_validator("address")
    @classmethod
    def _one_star_in_the_name(cls, address: str) -> str:
        return _starred(address)


class WebSource(AnySource):
    """What every source behind a web address may say: how long to wait, how much to take, and where the token is."""

    address: WebAddress
    connect_timeout_s: float = Field(default=10.0, gt=0, le=120)
    read_timeout_s: float = Field(default=30.0, gt=0, le=600)
    total_timeout_s: float = Field(default=600.0, gt=0, le=7200)
    max_bytes: int = Field(default=2_000_000_000, gt=0)
    retries: int = Field(default=3, ge=0, le=10)
    # Name of an environment variable that holds the token; the value is never stored.
    token_env: EnvName | None = None
    # Hosts a redirect may lead to, beside the address's own.
    redirect_hosts: list[str] = []

    # The request header a token goes into, and how it is written there.
    token_header: ClassVar[str] = "Authorization"
    token_form: ClassVar[str] = "Bearer {}"

    def written_token(self, token: str) -> str:
        """The token as the header holds it."""
        return self.token_form.format(token)


class HttpSource(WebSource):
    """A file behind an address, in which {period} stands for the period asked for."""

    connector: Literal["http"]


class OnlyRows(Contract):
    """Rows of a table that may be fetched at all: those with one of these values. What is left out is not counted."""

    column: Sentence
    in_: Annotated[list[Code], Field(alias="in", min_length=1)]


class DatabaseSource(AnySource):
    """One table or view of a database. User and password come from variables of the environment."""

    connector: Literal["database"]
    # postgresql://host:port/database, or sqlite:///file.db for a file below the city's data folder.
    address: Sentence
    # schema.name; a part that holds a full stop or a blank stands in double quotes.
    table: Sentence
    columns: Annotated[list[Sentence], Field(min_length=1)] | Literal["all"] = "all"
    # A key: rows come in its order, and no two rows share it.
    order_by: list[Sentence] = Field(min_length=1)
    # Columns of types that are no plain values, and how they are written.
    read_as: dict[Sentence, Literal["text", "hex", "wkt"]] = {}
    where: list[OnlyRows] = []
    period_column: Sentence | None = None
    # What that column holds: the day or moment of each row, or the period itself (2023-04 in text, 202304 in a number).
    period_holds: Literal["day", "period"] = "day"
    # Rows without a value there belong to no period: refuse the table, or leave them out knowingly.
    undated: Literal["refuse", "leave_out"] = "refuse"
    user_env: EnvName | None = None
    password_env: EnvName | None = None
    # Names the file of the authority that signed the server's certificate, where it is not a public one.
    ca_file_env: EnvName | None = None
    connect_timeout_s: int = Field(default=10, ge=2, le=120)
    lock_timeout_s: float = Field(default=10.0, gt=0, le=600)
    statement_timeout_s: float = Field(default=300.0, gt=0, le=7200)
    total_timeout_s: float = Field(default=1800.0, gt=0, le=7200)
    # Of the values as they lie in memory, before they are packed.
    max_bytes: int = Field(default=10_000_000_000, gt=0)

    @field_validator("address")
    @classmethod
    def _known_and_without_login(cls, address: str) -> str:
        if re.search(r"[@?#\s]", address):
            raise ValueError("an address has no user, password or options; name variables in user_env and password_env")
        if not re.fullmatch(r"postgresql://[^/]+/[^/]+|sqlite:///[^/].*", address):
            raise ValueError("write postgresql://host:port/database or sqlite:///file.db")
        if ".." in address.split("/"):
            raise ValueError("a file lies outside the city's data folder")
        return address

    @field_validator("table")
    @classmethod
    def _named(cls, table: str) -> str:
        table_parts(table)
        return table

    @model_validator(mode="after")
    def _fits_the_database(self) -> DatabaseSource:
        if self.password_env and not self.user_env:
            raise ValueError("password_env needs user_env")
        if self.is_file and (self.user_env or self.ca_file_env):
            raise ValueError("a database file has no user and no certificate")
        if not self.is_file and len(table_parts(self.table)) != 2:
            raise ValueError(f"the table [{self.table}] lacks its schema: write schema.name")
        if self.columns != "all" and len(set(self.columns)) < len(self.columns):
            raise ValueError("a column stands twice in columns")
        if self.columns != "all" and (lost := set(self.read_as) - set(self.columns)):
            raise ValueError(f"read_as names columns that are not fetched: {sorted(lost)}")
        return self

    @property
    def is_file(self) -> bool:
        return self.address.startswith("sqlite:")

    def format_problem(self, form: Format) -> str | None:
        return None if form.kind == "parquet" else "a table is kept as Parquet"

    def period_problem(self) -> str | None:
        if (self.periods is None) == (self.period_column is None):
            return None
        return (
            "the table has periods and no period_column"
            if self.periods
            else "the table has a period_column and no periods"
        )


def table_parts(table: str) -> list[str]:
    """Schema and name, or the name alone, of a table as a contract writes it."""
    part = r'"(?:[^"\x00]|"")+"|[^".\s\x00]+'
    if not re.fullmatch(rf"(?:(?:{part})\.)?(?:{part})", table):
        raise ValueError("write schema.name; a part that holds a full stop or a blank stands in double quotes")
    return [one[1:-1].replace('""', '"') if one.startswith('"') else one for one in re.findall(part, table)]


class S3Source(AnySource):
    """One object of a store that speaks S3: Amazon's own, or one behind an endpoint."""

    connector: Literal["s3"]
    # s3://bucket/key; {period} stands for the period asked for, one * in the last part for the newest by name.
    address: Annotated[str, Field(pattern=r"^s3://[A-Za-z0-9._-]+/[^?#]+$")]
    endpoint: WebAddress | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] = "us-east-1"
    # Variables that hold the key's id, its secret, and the token of a passing key; without them the store is asked as anybody.
    key_id_env: EnvName | None = None
    secret_env: EnvName | None = None
    session_token_env: EnvName | None = None
    # Off for stores whose ETag looks like an MD5 sum of the object and is not.
    etag_is_md5: bool = True
    connect_timeout_s: float = Field(default=10.0, gt=0, le=120)
    read_timeout_s: float = Field(default=30.0, gt=0, le=600)
    total_timeout_s: float = Field(default=600.0, gt=0, le=7200)
    max_bytes: int = Field(default=2_000_000_000, gt=0)
    retries: int = Field(default=3, ge=0, le=10)

    @field_validator("address")
    @classmethod
    def _one_star_in_the_name(cls, address: str) -> str:
        return _starred(address)

    @model_validator(mode="after")
    def _whole_key(self) -> S3Source:
        if (self.key_id_env is None) != (self.secret_env is None):
            raise ValueError("key_id_env and secret_env go together")
        if self.session_token_env and not self.key_id_env:
            raise ValueError("session_token_env needs key_id_env")
        return self


# Eleven letters and digits name a thing on every DHIS2 server; data may be a pair of them, or carry a word such as REPORTING_RATE.
Dhis2Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")]
Dhis2Data = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}([.][A-Za-z0-9_*]{1,40}){0,2}$")]


class Dhis2Source(WebSource):
    """A DHIS2 server: aggregated figures, raw values of data sets, or its units; the address is that of the server."""

    connector: Literal["dhis2"]
    resource: Literal["analytics", "data_values", "units"] = "analytics"
    # Data elements, indicators and reporting rates; for data_values, data sets.
    data: list[Dhis2Data] = Field(default=[], max_length=200)
    org_units: list[Dhis2Id] = Field(min_length=1, max_length=200)
    # Levels asked for below the units; the units themselves where none is given.
    org_unit_level: list[Annotated[int, Field(ge=1, le=20)]] = []
    # Whether figures are told apart by category option combination.
    co: bool = False
    # Whether codes, paths and names of the units come along as further pages.
    with_units: bool = True
    # Boundaries of the units, with resource: units.
    geometry: bool = False
    api_version: Annotated[int, Field(ge=24, le=99)] | None = None
    # Servers older than 2.37 know no tokens: there token_env names a variable that holds user:password.
    login: Literal["token", "password"] = "token"

    token_form: ClassVar[str] = "ApiToken {}"

    def written_token(self, token: str) -> str:
        if self.login == "password":
            return f"Basic {b64encode(token.encode()).decode()}"
        return super().written_token(token)

    def period_problem(self) -> str | None:
        if self.resource == "units":
            return "units have no periods" if self.periods else None
        return None if self.periods else "figures are asked for period by period, and no periods are given"

    def format_problem(self, form: Format) -> str | None:
        fits = isinstance(form, Dhis2Format) and form.written == "json"
        return None if fits else "a DHIS2 server answers in its own format, dhis2 written in json"

    @model_validator(mode="after")
    def _keys_go_together(self) -> Dhis2Source:
        if (self.resource == "units") == bool(self.data):
            raise ValueError("data names what is asked for: figures need it, and units have none")
        if self.resource == "data_values" and self.org_unit_level:
            raise ValueError("data_values gives all below the org_units, and knows no org_unit_level")
        if self.co and self.resource != "analytics":
            raise ValueError("co belongs to resource: analytics; data_values always tells them apart")
        if self.geometry and self.resource != "units":
            raise ValueError("geometry belongs to resource: units")
        if "?" in self.address or "#" in self.address or "/api" in self.address:
            raise ValueError(
                f"the address [{self.address}] is not that of the server alone; leave out /api and what follows"
            )
        return self


class SdmxSource(WebSource):
    """A data flow of an SDMX web service; `address` is the service's base, and periods are asked for by their start and end."""

    connector: Literal["sdmx"]
    version: Literal["2.1", "3.0"]
    # As SDMX writes it: agency,flow,version; version 2.1 knows `flow` and `agency,flow` as well.
    flow: Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$.\-]+(,[A-Za-z0-9_@$.\-]+(,[0-9A-Za-z.*+~\-]+)?)?$")]
    # A code for each dimension, parted by dots; nothing between two dots (3.0: *) is every code.
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$*+,.\-]+$")] | None = None
    ask_for: Literal["csv", "xml", "generic_xml", "json"] = "csv"
    # Whether structure and code lists are fetched too, and kept in the same delivery.
    structure: bool = False

    @model_validator(mode="after")
    def _fits_its_version(self) -> SdmxSource:
        if self.version == "3.0" and self.flow.count(",") != 2:
            raise ValueError(f"version 3.0 asks for agency,flow,version; the flow is [{self.flow}]")
        if self.version == "3.0" and self.ask_for == "generic_xml":
            raise ValueError("version 3.0 knows no generic_xml; ask for xml, json or csv")
        if {"?", "#"} & set(self.address):
            raise ValueError(f"the address is the base of the service, without ? or #; it is [{self.address}]")
        if self.key and set(self.key) == {"."}:
            # On its way such a key would be taken for a path to the folder above.
            raise ValueError(f"a key of dots alone asks for everything; leave key out in place of [{self.key}]")
        strange = set(self.key or "") & set("*," if self.version == "2.1" else "+")
        if strange:
            raise ValueError(f"a key of version {self.version} has no [{min(strange)}]; the key is [{self.key}]")
        return self

    def period_problem(self) -> str | None:
        """Periods are asked for by start and end, and have no place in the address."""
        return "the address of an SDMX service has no {period}" if "{period}" in self.address else None

    def format_problem(self, form: Format) -> str | None:
        return "the structure is fetched, and only sdmx reads it" if self.structure and form.kind != "sdmx" else None


SiteAddress = Annotated[str, Field(pattern=r"^https?://[^\s?#{}]+$")]
# Names that stand in a question to a server bare; nothing else may, so that a name is never a piece of language.
PlainName = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]
# How a source writes a period: 202304 is {year}{month}, 2023K2 is {year}K{quarter}.
PeriodText = Annotated[str, Field(pattern=r"^[\w .:/-]*(\{(year|month|quarter)\}[\w .:/-]*)+$")]
_PARTS = {"A": {"{year}"}, "Q": {"{year}", "{quarter}"}, "M": {"{year}", "{month}"}}


class PortalSource(WebSource):
    """What every source that answers page by page says: the address of its site, to which the connector adds the rest."""

    address: SiteAddress
    # A page is read back as a whole, so no more is taken than can be.
    max_bytes: int = Field(default=500_000_000, gt=0)

    # The format's kinds in which the protocol can answer.
    kinds: ClassVar[tuple[str, ...]] = ("json",)

    def asked_by(self) -> tuple[str, str | None]:
        """The key that says by what one period is asked for, and what it says."""
        return "periods", None

    def period_problem(self) -> str | None:
        key, given = self.asked_by()
        if (given is None) != (self.periods is None):
            return f"the source has {'periods' if self.periods else key} and no {key if self.periods else 'periods'}"
        return None

    def format_problem(self, form: Format) -> str | None:
        return None if form.kind in self.kinds else f"{self.connector} answers as {' or '.join(self.kinds)}"  # type: ignore[attr-defined]

    def _text_problem(self, text: str | None) -> str | None:
        wanted = _PARTS[self.periods.freq] if self.periods else set()
        found = set(re.findall(r"\{\w+\}", text or ""))
        return f"period_text needs {' and '.join(sorted(wanted))}" if found != wanted else None


class CkanSource(PortalSource):
    """A resource in the datastore of a CKAN portal. A period is asked for by a column that holds it."""

    connector: Literal["ckan"]
    resource: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    fields: list[Annotated[str, Field(pattern=r'^[^",]+$')]] = []
    order_by: Annotated[str, Field(pattern=r'^[^",]+$')] = "_id"
    page_rows: int = Field(default=10_000, ge=1, le=32_000)
    period_column: Sentence | None = None
    period_text: PeriodText | None = None

    token_form: ClassVar[str] = "{}"

    def asked_by(self) -> tuple[str, str | None]:
        return "period_column", self.period_column

    def period_problem(self) -> str | None:
        return super().period_problem() or self._text_problem(self.period_text)


class SocrataSource(PortalSource):
    """A data set of a Socrata portal. A period is asked for by a date column."""

    connector: Literal["socrata"]
    dataset: Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
    fields: list[PlainName] = []
    page_rows: int = Field(default=50_000, ge=1, le=50_000)
    date_column: PlainName | None = None

    token_header: ClassVar[str] = "X-App-Token"
    token_form: ClassVar[str] = "{}"

    def asked_by(self) -> tuple[str, str | None]:
        return "date_column", self.date_column


class OpendatasoftSource(PortalSource):
    """A data set of an Opendatasoft portal. A period is asked for by a date column, where the API is v2.1."""

    connector: Literal["opendatasoft"]
    dataset: Annotated[str, Field(pattern=r"^[A-Za-z0-9_@-]+$")]
    api: Literal["v2.1", "v1"] = "v2.1"
    order_by: PlainName | None = None
    date_column: PlainName | None = None

    token_form: ClassVar[str] = "Apikey {}"

    def asked_by(self) -> tuple[str, str | None]:
        return "date_column", self.date_column

    def period_problem(self) -> str | None:
        if self.api == "v1" and (self.periods or self.order_by):
            return "v1 can be asked neither for one period nor in an order"
        return super().period_problem()


class ArcgisSource(PortalSource):
    """A layer or table of an ArcGIS server: .../FeatureServer/0 or .../MapServer/0. A period is asked for by a date column."""

    connector: Literal["arcgis"]
    address: Annotated[str, Field(pattern=r"^https?://[^\s?#{}]+/(FeatureServer|MapServer)/[0-9]+/?$")]
    answer: Literal["json", "geojson"] = "json"
    object_id: PlainName = "OBJECTID"
    fields: list[PlainName] = []
    page_rows: int = Field(default=1000, ge=1, le=50_000)
    date_column: PlainName | None = None

    token_header: ClassVar[str] = "X-Esri-Authorization"

    def asked_by(self) -> tuple[str, str | None]:
        return "date_column", self.date_column

    def format_problem(self, form: Format) -> str | None:
        return None if form.kind == self.answer else f"the answer is asked for as {self.answer}"


class PxwebSource(PortalSource):
    """A table of a PxWeb site. What is asked of each variable is said here; ["*"] is all of its values."""

    connector: Literal["pxweb"]
    select: dict[Sentence, Annotated[list[Code], Field(min_length=1)]] = Field(min_length=1)
    # Where a table has more cells than the site gives at once: ask along this variable, piece by piece.
    slice_by: Sentence | None = None
    max_cells: int = Field(default=100_000, ge=1, le=1_000_000)
    period_variable: Sentence | None = None
    period_text: PeriodText | None = None

    kinds: ClassVar[tuple[str, ...]] = ("jsonstat",)

    def asked_by(self) -> tuple[str, str | None]:
        return "period_variable", self.period_variable

    def period_problem(self) -> str | None:
        if self.period_variable in self.select:
            return "the period's variable is also under select"
        return super().period_problem() or self._text_problem(self.period_text)

    @model_validator(mode="after")
    def _sliced_by_what_is_selected(self) -> PxwebSource:
        if self.slice_by is not None and self.slice_by not in self.select:
            raise ValueError(f"slice_by names [{self.slice_by}], which is not under select")
        return self


class OpensdgSource(PortalSource):
    """Data files of an Open SDG site or repository, one an indicator; {indicator} stands in the address for its number."""

    connector: Literal["opensdg"]
    address: Annotated[str, Field(pattern=r"^https?://[^\s?#{}]+/[^\s?#{}/]*\{indicator\}[^\s?#{}/]*\.(csv|json)$")]
    indicators: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)+$")]] = Field(
        min_length=1, max_length=500
    )

    kinds: ClassVar[tuple[str, ...]] = ("opensdg",)

    def period_problem(self) -> str | None:
        return "Open SDG files hold all years: they cannot be asked for period by period" if self.periods else None

    def format_problem(self, form: Format) -> str | None:
        if isinstance(form, OpenSdgFormat) and form.files != self.address.rpartition(".")[2]:
            return f"format.files is {form.files}, and the address ends otherwise"
        return super().format_problem(form)

    @model_validator(mode="after")
    def _each_once(self) -> OpensdgSource:
        twice = sorted({one for one in self.indicators if self.indicators.count(one) > 1})
        if twice:
            raise ValueError(f"the indicator [{twice[0]}] stands here twice")
        return self


Source = Annotated[
    FileSource
    | HttpSource
    | DatabaseSource
    | S3Source
    | Dhis2Source
    | SdmxSource
    | CkanSource
    | SocrataSource
    | OpendatasoftSource
    | ArcgisSource
    | PxwebSource
    | OpensdgSource,
    Field(discriminator="connector"),
]
