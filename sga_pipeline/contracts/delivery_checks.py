"""What a feed contract must say of its deliveries: how they relate, and what a key that comes again means."""

from __future__ import annotations

from collections.abc import Iterator

from sga_pipeline.contracts.feed import Feed, FromRow
from sga_pipeline.contracts.places import OWN_CODES
from sga_pipeline.contracts.shape import Shape

Found = tuple[str, str, object, *tuple[str | int, ...]]
# What each relation means, as a person chooses among them.
RELATIONS = (
    "Write replaces: period where each delivery is the whole of its own period (with source.periods), replaces: all where "
    "each delivery is the whole and the newest is in use, or updates: key where deliveries add records and put earlier ones "
    "right: all stay in use, and of each key the newest counts."
)
_OF_ONE_KEY = (
    "Write add_up: true where they are parts of one count, as several codes of the source that are one of ours, or "
    'add_up: {never: "..."} with the reason why no key comes twice: repeats are then duplicates, and different counts are set aside.'
)


def relation_problems(feed: Feed) -> Iterator[Found]:
    """How deliveries relate must be said, and fit the source."""
    has_periods = feed.source.periods is not None
    if feed.replaces is None and feed.updates is None:
        yield "the contract does not say how its deliveries relate", RELATIONS, feed.id, "source"
    if feed.replaces is not None and feed.updates is not None:
        yield "deliveries either replace others or update them", f"Keep one. {RELATIONS}", feed.replaces, "replaces"
    if feed.replaces == "all" and has_periods:
        step = "Write replaces: period, or leave source.periods out."
        yield "each delivery is said to be the whole, and the source is asked period by period", step, "all", "replaces"
    if feed.replaces == "period" and not has_periods:
        step = "Write replaces: all, or add source.periods."
        message = "deliveries are said to replace those of their period, and the source has none"
        yield message, step, "period", "replaces"
    if feed.outside_period and not has_periods:
        step = "Leave outside_period out, or add source.periods."
        yield "no delivery has a period that rows could lie outside of", step, "outside_period", "outside_period"
    if feed.outside_period and feed.updates:
        step = "Leave outside_period out."
        message = "deliveries that update records may hold any period already"
        yield message, step, "outside_period", "outside_period"


def key_problems(feed: Feed, shape: Shape) -> Iterator[Found]:
    """What a key means that comes again: in one delivery of counts, and in a later delivery."""
    if feed.add_up is not None and shape.kind != "counts":
        step = "Leave add_up out, and give each row its own key."
        yield "only counts are added up", step, feed.shape, "add_up"
    if feed.add_up is None and shape.kind == "counts":
        yield "the contract does not say what rows of one key are", _OF_ONE_KEY, feed.shape, "shape"
    if feed.updates is None:
        return
    numbered = [one for one in shape.key if isinstance(feed.columns.get(one), FromRow)]
    if numbered:
        step = f"Map {numbered[0]} to a column that names the record in every delivery, or write replaces."
        yield "rows that the program numbers have no key by which they could be updated", step, "key", "updates"
    if feed.adds_up:
        step = "Leave add_up out, or write replaces."
        yield "parts of a count have no key of their own by which they could be updated", step, "key", "updates"
    if shape.kind in {"counts", "levels"} and feed.area_codes != OWN_CODES:
        step = "Bring its areas to the city's own codes with a mapping, or write replaces."
        message = (
            "figures that are brought from other areas to the city's own have no key by which they could be updated"
        )
        yield message, step, feed.area_codes, "updates"
