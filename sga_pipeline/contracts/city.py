"""The city contract: the place assessed, its window of years, where its data lie and which shared feeds it uses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from sga_pipeline.contracts.places import CodeSystem
from sga_pipeline.contracts.strict_model import Code, Contract, Day, Identifier, Sentence
from sga_pipeline.contracts.world_codes import Country, Currency, Language

# What a placeholder of shared feeds may be called that a city gives the text of.
CODE_NAME = r"^[a-z][a-z0-9_]*_(code|name)$"


class Window(Contract):
    """The years the assessment looks at."""

    first_year: int = Field(ge=1900, le=2100)
    last_year: int = Field(ge=1900, le=2100)

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.last_year < self.first_year:
            raise ValueError(f"the last year [{self.last_year}] comes before the first [{self.first_year}]")
        return self


class DataFolder(Contract):
    """Where the files of `file` feeds lie: a folder beside city.yaml, or below a folder an environment variable names."""

    folder: str = "data"
    env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None


class FixedArea(Contract):
    """An area that no boundary feed brings: the country, the county, the city itself."""

    area_id: Code
    level: Annotated[str, Field(pattern=r"^(country|county|city)$")]
    name: Sentence
    parent_id: Code | None = None


class City(Contract):
    """One city."""

    id: Annotated[str, Field(pattern=r"^[a-z]{2}_[a-z0-9_]{1,40}$")]
    name: Sentence
    country_iso3: Country
    time_zone: Sentence
    # The currency of the city's money figures, as ISO 4217 codes it; a feed in another one says so itself.
    currency: Currency | None = None
    languages: list[Language] = Field(min_length=1)
    boundary_version: Code
    window: Window
    # The day the assessment is made as of; today where not given.
    as_of: Day | None = None
    city_area: Code
    areas: list[FixedArea] = Field(min_length=1)
    # Area codes that are not the city's own, by the name feeds use for them under area_codes.
    code_systems: dict[Identifier, CodeSystem] = {}
    data: DataFolder = DataFolder()
    # National and global feeds, by id, from the folder shared/feeds/ beside the city's, or the project's contracts/feeds/.
    uses: list[Identifier] = []
    # What other offices call the city, by the placeholder that shared feeds have for it: {city_code: "05001"}.
    codes: dict[Annotated[str, Field(pattern=CODE_NAME)], Annotated[Code, Field(min_length=1)]] = {}
    # A CSV beside city.yaml that replaces the project's proposal of core indicators, each with who decided it and why.
    core_set: Sentence | None = None
    # A CSV beside city.yaml: gaps accepted or waived, and indicators not needed here, each with reason, owner and expiry.
    decisions: Sentence | None = None
    # A CSV beside city.yaml: thresholds of gaps that this city changed, each with its reason.
    thresholds: Sentence | None = None
    # A YAML file beside city.yaml: single values known to be wrong, each with what the source is expected to say, and why.
    corrections: Sentence | None = None
    notes: str | None = None

    @model_validator(mode="after")
    def _is_of_a_day_that_has_come(self) -> City:
        if self.as_of and self.as_of > date.today().isoformat():
            raise ValueError(
                f"the day the assessment is made as of [{self.as_of}] has not come; leave as_of out for today"
            )
        return self

    @model_validator(mode="after")
    def _areas_hang_together(self) -> City:
        known = [area.area_id for area in self.areas]
        if doubled := sorted({area for area in known if known.count(area) > 1}):
            raise ValueError(f"the area [{doubled[0]}] stands here twice")
        if self.city_area not in {area.area_id for area in self.areas if area.level == "city"}:
            raise ValueError(f"city_area [{self.city_area}] is not among the areas of level city")
        for area in self.areas:
            if area.parent_id and area.parent_id not in known:
                raise ValueError(f"the parent [{area.parent_id}] of area [{area.area_id}] is not among the areas")
        return self
