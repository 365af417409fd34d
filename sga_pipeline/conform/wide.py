"""Wide tables, a column an item, as long ones: each record becomes a row for every item, with the item's name beside its facts."""

from __future__ import annotations

from collections.abc import Sequence

from sga_pipeline.conform.readers.opened import Opened, Record
from sga_pipeline.conform.sql_text import literal
from sga_pipeline.contracts.feed import Wide
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
    width, per_record = len(opened.header), len(entries)
    added = ", ".join(f"one.{name} as c{width + i}" for i, name in enumerate(("item", *facts)))
    relation = f"(select * exclude (one), {added} from (select *, unnest([{', '.join(entries)}]) as one from {opened.relation}))"

    def records_of(places: Sequence[int], total: int) -> list[Record]:
        wanted = [place // per_record for place in places]
        unique = sorted(set(wanted))
        known = dict(zip(unique, opened.records_of(unique, total // per_record), strict=True))
        return [known[place] for place in wanted]

    return Opened((*opened.header, wide.item, *facts), relation, records_of, opened.ragged)
