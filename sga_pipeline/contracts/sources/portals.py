"""Sources that are open-data portals and statistics sites, which answer page by page."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sga_pipeline.contracts.formats import Format, OpenSdgFormat
from sga_pipeline.contracts.sources.source import WebSource
from sga_pipeline.contracts.strict_model import Code, Sentence

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
        if text and self.periods is None:
            return "the source has period_text and no periods"
        required = _PARTS[self.periods.freq] if self.periods else set()
        found = set(re.findall(r"\{\w+\}", text or ""))
        return f"period_text needs {' and '.join(sorted(required))}" if found != required else None


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
