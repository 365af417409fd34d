"""Wide tables as long ones: each record becomes a row for every item, or for every column whose name holds codes."""

from __future__ import annotations

from collections.abc import Sequence

from sga_pipeline.conform.readers.opened import Opened, Record
from sga_pipeline.conform.sql_text import literal
from sga_pipeline.contracts.feed import Melt, Wide
from sga_pipeline.errors import DeliveryError


def lengthen(opened: Opened, wide: Wide) -> Opened:
    """The same delivery with the columns `item` and the facts added, a row for each record and item."""
    cells = {name: f"c{i}" for i, name in enumerate(opened.header)}
    facts = wide.facts
    entries = []
    for item, columns in wide.items.items():
        found = {
            fact: next((one for one in names if one in cells), None) for fact, names in wide.names_of(columns).items()
        }
        if missing := sorted(" or ".join(wide.names_of(columns)[fact]) for fact, name in found.items() if name is None):
            if item in wide.optional:
                continue
            raise DeliveryError(
                f"the header lacks the column {missing[0]}",
                f"Correct wide.items.{item}, or list it as optional.",
                missing[0],
            )
        values = ", ".join(f"{fact}: {cells[str(found[fact])] if fact in found else 'null::varchar'}" for fact in facts)
        entries.append(f"{{item: {literal(item)}, {values}}}")
    if not entries:
        raise DeliveryError(
            "not one item of the wide table is here", "Correct wide.items.", ", ".join(opened.header[:6])
        )
    return _spread(opened, (wide.item, *facts), ("item", *facts), entries)


def melt(opened: Opened, how: Melt) -> Opened:
    """The same delivery with the parts of the columns' names and their cell added, a row for each record and column."""
    parts = tuple(how.parts)
    entries = []
    seen: dict[tuple[str, ...], str] = {}
    for place, name in enumerate(opened.header):
        found = how.pattern.fullmatch(name)
        if found is None:
            continue
        values_of_name = tuple(found[part] for part in parts)
        if values_of_name in seen:
            raise DeliveryError("two columns say the same", "Correct melt.columns.", f"{seen[values_of_name]}, {name}")
        seen[values_of_name] = name
        values = ", ".join(f"p{at}: {literal(text)}" for at, text in enumerate(values_of_name))
        entries.append(f"{{{values}, cell: c{place}}}")
    if not entries:
        raise DeliveryError(
            f"no column is named like {how.columns}", "Correct melt.columns.", ", ".join(opened.header[:6])
        )
    fields = (*(f"p{at}" for at in range(len(parts))), "cell")
    return _spread(opened, (*parts, how.value), fields, entries)


def _spread(opened: Opened, names: tuple[str, ...], fields: tuple[str, ...], entries: list[str]) -> Opened:
    """Each record once for every entry, with the entry's fields as columns of these names."""
    width, per_record = len(opened.header), len(entries)
    added = ", ".join(f"one.{name} as c{width + i}" for i, name in enumerate(fields))
    relation = f"(select * exclude (one), {added} from (select *, unnest([{', '.join(entries)}]) as one from {opened.relation}))"

    def records_of(places: Sequence[int], total: int) -> list[Record]:
        records = [place // per_record for place in places]
        unique = sorted(set(records))
        known = dict(zip(unique, opened.records_of(unique, total // per_record), strict=True))
        return [known[place] for place in records]

    return Opened((*opened.header, *names), relation, records_of, opened.ragged)
