"""How the deliveries of a feed relate: guessed from files of one series, and left to a person where a single file cannot say."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.contracts.shape import Shape
from sga_pipeline.draft.comparing import Compared
from sga_pipeline.draft.series import Series
from sga_pipeline.draft.yaml_text import scalar

# Of rows that a file says are of its own period, of keys that come again: so many are nearly all.
NEARLY_ALL = 0.99
_BLANK = (
    '"TODO: all where each file is the whole, or period, with source.periods, where each holds only its own year or month; '
    'or instead of replaces write updates: key, where later files add records and put earlier ones right"'
)


@dataclass(frozen=True)
class Relation:
    """The line of the contract, the reason, and what it needs of the source."""

    line: str
    why: str
    # The name of its files with what stands for the part in which they differ; None: this file alone.
    address: str | None = None
    periods: str | None = None


UNKNOWN = Relation(
    f"replaces: {_BLANK}",
    "one file cannot show how deliveries relate; name two or more of the series, or their folder, and they are compared",
)


def of_one_file(shape: Shape) -> Relation:
    """What a single file says of others: of most shapes nothing."""
    if shape.id == "areas":
        return Relation("replaces: all", "a set of boundaries is a whole, and a newer one takes its place; not sure")
    return UNKNOWN


def of_series(found: Compared, shape: Shape, add_up: tuple[str, str] | None) -> Relation:
    """What files of a series say of each other."""
    if not found.pairs:
        return of_one_file(shape)
    keys, same = sum(one.keys for one in found.pairs), sum(one.same for one in found.pairs)
    changed, new = sum(one.changed for one in found.pairs), sum(one.new for one in found.pairs)
    again, named = same + changed, ", ".join(found.key) or "all their columns"
    files = f"{len(found.series.members)} files were compared by {named}"
    facts = f"{files}: {again:,} of {keys:,} keys are in the next file as well, {changed:,} of them with other content"
    if found.is_timeless and found.series.has_periods and (changed or new):
        return _by_period(
            found.series,
            f"{facts}; no column says when, and each file is named after a period{_sure(found, few=False)}",
        )
    dated, own = sum(found.dated), sum(found.own)
    is_own = found.series.has_periods and dated > 0 and own >= dated * NEARLY_ALL
    if is_own and again <= keys * (1 - NEARLY_ALL):
        rest = f", the others hold {dated - own:,} rows of other periods" if own < dated else ""
        sure = _sure(found, few=again > 0 or own < dated)
        return _by_period(
            found.series,
            f"{facts}; {own:,} of {dated:,} dated rows are of the period their file is named after{rest}{sure}",
        )
    if is_own and changed and not same:
        return _by_period(
            found.series,
            f"{facts}; all rows are of the period their file is named after, so numbers seem to begin anew in each: join the "
            f"period to {named}, or the same number in two files is a conflict; not sure",
        )
    if again >= keys * NEARLY_ALL and all(one.again >= one.keys * NEARLY_ALL for one in found.pairs):
        # Of equal files nobody knows what the next one will leave out.
        sure = _sure(found, few=not new or len(found.pairs) < 2)
        return Relation(
            "replaces: all",
            f"{facts}; each repeats the one before whole and adds {new:,} keys{sure}",
            found.series.name("*"),
        )
    if found.key and not (add_up and add_up[0] == "add_up: true") and (again or not is_own):
        return _by_key(found, facts, again)
    return Relation(f"replaces: {_BLANK}", f"{facts}; that decides nothing", *_source(found.series))


def _by_period(series: Series, why: str) -> Relation:
    return Relation("replaces: period", why, *_source(series))


def _by_key(found: Compared, facts: str, again: int) -> Relation:
    what = (
        "later files repeat some records, put some right and add others"
        if again
        else "no file repeats a record of another, and rows are not of the period their file is named after"
    )
    address, periods = _source(found.series)
    inbox = "" if periods else "; bring the older files through the inbox, the oldest first"
    return Relation("updates: key", f"{facts}; {what}{_sure(found, few=again < 20)}{inbox}", address, periods)


def _source(series: Series) -> tuple[str, str | None]:
    if series.has_periods:
        return series.name("{period}"), f"{{freq: {series.freq}, first: {scalar(series.members[0].place)}}}"
    return series.name("*"), None


def _sure(found: Compared, *, few: bool) -> str:
    return "; not sure" if few or len(found.series.members) < 3 else ""
