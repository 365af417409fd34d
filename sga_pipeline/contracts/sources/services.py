"""Sources that speak the protocol of a field: statistics (SDMX), health (DHIS2, FHIR)."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sga_pipeline.contracts.formats import Dhis2Format, FhirFormat, FhirResource, Format
from sga_pipeline.contracts.sources.source import WebSource

# Eleven letters and digits name a thing on every DHIS2 server; data may be a pair of them, or carry a word such as REPORTING_RATE.
Dhis2Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")]
Dhis2Data = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}([.][A-Za-z0-9_*]{1,40}){0,2}$")]
# How FHIR names one thing on a server; it stands in an address, where dots alone would lead elsewhere.
FhirId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-][A-Za-z0-9.-]{0,63}$")]


class Dhis2Source(WebSource):
    """A DHIS2 server: aggregated figures, raw values of data sets, or its units; the address is that of the server."""

    connector: Literal["dhis2"]
    resource: Literal["analytics", "data_values", "units"] = "analytics"
    # Data elements, indicators and reporting rates; for data_values, data sets.
    data: list[Dhis2Data] = Field(default=[], max_length=200)
    org_units: list[Dhis2Id] = Field(min_length=1, max_length=200)
    # Levels asked for below the units; the units themselves where none is given.
    org_unit_level: list[Annotated[int, Field(ge=1, le=20)]] = []
    # Whether figures are broken down by category option combination.
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
            raise ValueError("co belongs to resource: analytics; data_values always breaks them down")
        if self.geometry and self.resource != "units":
            raise ValueError("geometry belongs to resource: units")
        if "?" in self.address or "#" in self.address or "/api" in self.address:
            raise ValueError(
                f"the address [{self.address}] is not that of the server alone; leave out /api and what follows"
            )
        return self


class FhirSource(WebSource):
    """A FHIR server asked for a bulk export of everything it holds of some kinds of records; the address is the server's base."""

    connector: Literal["fhir"]
    # Kinds of records asked for, and no others are fetched.
    resources: list[FhirResource] = Field(min_length=1)
    # Whose records: all of the server's, those of its patients, or those of one group of patients.
    level: Literal["system", "patient", "group"] = "system"
    group: FhirId | None = None
    # How long to wait before asking whether the export is done, where the server does not say; longer each time.
    poll_s: float = Field(default=5.0, gt=0, le=600)
    max_polls: int = Field(default=2000, ge=1, le=100_000)
    # Servers take hours over a large export.
    total_timeout_s: float = Field(default=7200.0, gt=0, le=86_400)

    def period_problem(self) -> str | None:
        # Kinds of records differ in what a server means by their time, and what is changed later would be missed.
        return "an export holds all there is: it cannot be asked for period by period" if self.periods else None

    def format_problem(self, form: Format) -> str | None:
        if not (isinstance(form, FhirFormat) and form.written == "ndjson"):
            return "an export comes in its own format, fhir written in ndjson"
        if missing := [one for one in form.count if one not in self.resources]:
            return f"format.count counts {', '.join(missing)}, and source.resources does not ask for it"
        if form.by and "Patient" not in self.resources:
            return (
                f"format.by breaks counts down by {', '.join(form.by)}, and source.resources does not ask for Patient"
            )
        # No more of persons is fetched than is needed.
        if needless := [one for one in self.resources if one not in {*form.count, "Patient"}]:
            return f"source.resources asks for {', '.join(needless)}, and format.count does not count it"
        return None

    @model_validator(mode="after")
    def _keys_fit(self) -> FhirSource:
        if (self.level == "group") != (self.group is not None):
            raise ValueError("level: group needs the id of a group, and only there has group a meaning")
        twice = sorted({one for one in self.resources if self.resources.count(one) > 1})
        if twice:
            raise ValueError(f"the kind [{twice[0]}] is listed twice under resources")
        if "?" in self.address or "#" in self.address or "$" in self.address:
            raise ValueError(
                f"the address [{self.address}] is not the base of a server; leave out $export and what follows"
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
