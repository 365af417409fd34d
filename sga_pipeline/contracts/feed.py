"""The feed contract: where a data set comes from, who owns it, and how its columns and codes map to a shape."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.methods import Break, ConceptMatch, Methods, PlaceBasis
from sga_pipeline.contracts.places import OWN_CODES, Boundaries, FromPoint
from sga_pipeline.contracts.sources import Source
from sga_pipeline.contracts.strict_model import Code, Contract, Day, DayOrLatest, Identifier, Pattern, Sentence
from sga_pipeline.contracts.world_codes import Currency
from sga_pipeline.contracts.written_steps import StepItem, check_order, check_text_alone

Family = Literal["police", "health", "official_statistics", "governance", "spatial", "survey", "electoral"]
Severity = Literal["low", "medium", "high", "critical"]
Cadence = Literal["daily", "weekly", "monthly", "quarterly", "annual", "irregular"]


class Owner(Contract):
    """The office that answers for the data; never a person."""

    name: Sentence
    contact: Sentence


class FromColumns(Contract):
    """A value taken from a source column. Several names are tried in turn, for sources that rename columns."""

    from_: Annotated[list[str] | str, Field(alias="from")]
    steps: Annotated[list[StepItem], AfterValidator(check_order)] = []

    @property
    def names(self) -> list[str]:
        return [self.from_] if isinstance(self.from_, str) else list(self.from_)


class Joined(Contract):
    """Several source columns joined into one text before the steps."""

    join: list[str] = Field(min_length=2)
    separator: str = "|"
    steps: Annotated[list[StepItem], AfterValidator(check_order)] = []


class Constant(Contract):
    """The same value in every row."""

    constant: Code


class FromPeriod(Contract):
    """The period the delivery was asked for, whole or its year."""

    period: Literal["whole", "year"]


class FromRow(Contract):
    """An identifier made of delivery and row, for sources that have none."""

    row: Literal["number"]


ColumnMap = FromColumns | Joined | Constant | FromPeriod | FromRow | FromPoint


class Mapping(Contract):
    """A code mapping: a CSV beside the feed whose column `key` holds the local code."""

    file: Sentence
    key: Sentence = "local"


class Wide(Contract):
    """A table with a column for each item: every record becomes one row an item, with the item's name and its facts as columns."""

    # Name of the column that will hold the item.
    item: Identifier = "item"
    # Item, and for each of its facts the source column it stands in (several are tried in turn).
    items: dict[Identifier, dict[Identifier, list[str] | str]] = Field(min_length=1)
    # Items that a delivery may lack.
    optional: list[Identifier] = []

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fact for columns in self.items.values() for fact in columns))

    @staticmethod
    def names_of(columns: dict[str, list[str] | str]) -> dict[str, list[str]]:
        return {fact: [names] if isinstance(names, str) else list(names) for fact, names in columns.items()}


class Melt(Contract):
    """A table whose column names hold codes: every record becomes one row a column, with the name's parts and the cell as columns."""

    # What the names of such columns look like, each part in braces: "{year} {sex}".
    columns: Sentence
    # For each part, which text it may be, as a regular expression.
    parts: dict[Identifier, Pattern] = Field(min_length=1)
    # Name of the column that will hold the cell.
    value: Identifier = "value"

    @model_validator(mode="after")
    def _parts_are_the_ones_in_braces(self) -> Melt:
        named = re.findall(r"\{([^{}]*)\}", self.columns)
        if sorted(named) != sorted(self.parts):
            raise ValueError(f"the parts in braces {sorted(named)} are not those described {sorted(self.parts)}")
        if any(re.compile(part).groups for part in self.parts.values()):
            raise ValueError("a part's regular expression has groups of its own; write (?:...)")
        if self.value in self.parts:
            raise ValueError(f"the value has the name of a part [{self.value}]")
        return self

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches a column's whole name; its groups are the parts."""
        pieces = re.split(r"\{([^{}]*)\}", self.columns)
        return re.compile(
            "".join(f"(?P<{one}>{self.parts[one]})" if at % 2 else re.escape(one) for at, one in enumerate(pieces))
        )


class Where(Contract):
    """A condition a source row must meet to be in scope; rows outside are counted, not kept."""

    column: Sentence
    # What is done to the cell before it is compared: a spreadsheet drops zeros from codes. Only steps that change text.
    steps: Annotated[list[StepItem], AfterValidator(check_text_alone)] = []
    in_: Annotated[list[Code] | None, Field(alias="in")] = None
    not_in: list[Code] | None = None
    starts_with: list[Code] | None = None
    # The whole cell looks like this, or does not: for totals and footers among the rows.
    matches: Pattern | None = None
    not_matches: Pattern | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Where:
        given = (self.in_, self.not_in, self.starts_with, self.matches, self.not_matches)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give one of in, not_in, starts_with, matches, not_matches")
        return self


class RowRule(Contract):
    """What every rule of a feed says."""

    id: Identifier
    column: str
    severity: Severity = "high"
    action: Literal["quarantine", "warn"] = "quarantine"


class RangeRule(RowRule):
    """A number or date lies within limits."""

    rule: Literal["in_range"]
    minimum: Code | float | None = None
    maximum: Code | float | None = None


class PresentRule(RowRule):
    """A column that the shape leaves optional must be filled here."""

    rule: Literal["present"]


class NotBeforeRule(RowRule):
    """One date does not come before another."""

    rule: Literal["not_before"]
    other: str


class PatternRule(RowRule):
    """A text matches a regular expression, whole."""

    rule: Literal["matches"]
    pattern: str


Rule = Annotated[RangeRule | PresentRule | NotBeforeRule | PatternRule, Field(discriminator="rule")]


class Coverage(Contract):
    """What an accepted delivery covers. Only here does the absence of rows mean zero."""

    first: Day | None = None
    # A day, or `latest`: up to the end of the last whole month before the newest row.
    last: DayOrLatest = "latest"
    # The source says its rows are all there is for the period.
    complete: bool = True
    # Leading characters of the classification this feed holds (ICCS, ICD-10, topic); empty: everything.
    codes: list[Code] = []


class RejectWhen(Contract):
    """When a delivery is refused whole and the last good one stays in use."""

    quarantined_share: float = Field(default=0.2, ge=0, le=1)
    duplicate_share: float = Field(default=0.5, ge=0, le=1)
    fewer_rows_than: int = Field(default=1, ge=0)


class OutsidePeriod(Contract):
    """What becomes of rows dated outside the period of their delivery, and why that is right for this source."""

    action: Literal["keep"]
    reason: Sentence


class NeverAddUp(Contract):
    """Why no two rows of counts share a key: what comes twice all the same is a repeat, or contradicts itself."""

    never: Sentence


def _true_or_never(given: Any) -> Any:
    if given is None or given is True or (isinstance(given, dict) and set(given) == {"never"} and given["never"]):
        return given
    raise ValueError(
        'write true, where rows of one key are parts of one count, or {never: "why no two rows of this source share a key"}'
    )


class Feed(Contract):
    """One feed contract."""

    id: Identifier
    title: Sentence
    family: Family
    shape: Identifier
    owner: Owner
    licence: Sentence
    citation: Sentence
    url: str | None = None
    source: Source
    format: Format
    cadence: Cadence
    allowed_lag_days: int = Field(ge=0, le=3650)
    # Which feed speaks where two of one shape cover the same thing: the lower number.
    preference: int = Field(default=1, ge=1, le=99)
    spatial_levels: list[Literal["country", "county", "city", "district", "neighbourhood"]] = Field(min_length=1)
    disaggregations: list[str] = []
    # The system its area codes belong to: the city's own, or one that city.yaml declares under code_systems.
    area_codes: Sentence = OWN_CODES
    # For a feed of areas: the version it brings, and when it held; the city's own where not given.
    boundaries: Boundaries | None = None
    # For a feed of areas: they are all the parts of the areas that contain them, so a whole without an outline is as large as they are.
    fills_parents: bool = False
    # How finely the source dates its events; a source that knows the year alone gives no months.
    dated_to: Literal["day", "month", "year"] = "day"
    # What becomes of years between two that a source of residents gives: none, or a straight line, marked as estimated.
    between_years: Literal["none", "straight_line"] = "none"
    # Where the source's definition is not the catalogue's own: in what. Its values are marked (status D).
    differs: Sentence | None = None
    # How near the definition is to the catalogue's; near where `differs` is given and this is not.
    concept_match: ConceptMatch | None = None
    # Where what is counted is placed; sources of different bases are not compared with each other.
    place_basis: PlaceBasis | None = None
    # The currency of its money figures, as ISO 4217 codes it, where it is not the city's.
    currency: Currency | None = None
    methods: Methods = Methods()
    breaks: list[Break] = []
    # Whether figures are typed in again by hand on their way.
    manual_steps: bool = False
    # How deliveries relate: each replaces those of its own period, or all there were before; or (`updates: key`) each
    # adds records and puts earlier ones right, by their key. One of the two must be given.
    replaces: Literal["period", "all"] | None = None
    updates: Literal["key"] | None = None
    # Rows dated outside the period of their delivery are out of scope, unless this says why they belong in it.
    outside_period: OutsidePeriod | None = None
    # Area of rows without a finer one; the city where not given.
    extent: Code | None = None
    time_zone: str | None = None
    coverage: Coverage = Coverage()
    wide: Wide | None = None
    melt: Melt | None = None
    where: list[Where] = []
    mappings: dict[Identifier, Mapping] = {}
    columns: dict[Identifier, ColumnMap] = Field(min_length=1)
    # Source columns known and not used; any other column that appears is reported. `rest`: all that are not mapped.
    ignore: list[str] | Literal["rest"] = []
    rules: list[Rule] = []
    # For counts, where it must be said: rows that share a key are parts of one count and are added up, or why no key comes
    # twice.
    add_up: Annotated[Literal[True] | NeverAddUp | None, BeforeValidator(_true_or_never)] = None
    reject_when: RejectWhen = RejectWhen()
    notes: str | None = None

    @property
    def adds_up(self) -> bool:
        """Whether rows that share a key are parts of one count."""
        return self.add_up is True
