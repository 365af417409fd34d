"""Whether rows of counts are parts of one count: what the rows that were looked at say of it, in their keys and in their amounts."""

from __future__ import annotations

import duckdb

from sga_pipeline.contracts.shape import Shape
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.filling_base import Filling
from sga_pipeline.draft.looking import Looked

_FEWEST_WHOLES = 0.9


def guess_add_up(con: duckdb.DuckDBPyConnection, looked: Looked, filling: Filling, shape: Shape) -> tuple[str, str]:
    """The line of the contract, and why. Rows that are equal in every column are repeats, not parts."""
    keyed = [one for one in looked.columns if filling.used.get(one.name) in shape.key]
    counted = [one for one in looked.columns if filling.used.get(one.name) == "count"]
    others = [one for one in looked.columns if one not in keyed and one not in counted]
    names = ", ".join(one.name for one in keyed) or "its key"
    of_all = f"of {looked.looked_at:,} rows looked at"
    parts = _sharing(con, keyed, looked.columns)
    # Rows of one key that differ in their amounts alone.
    contrary = _sharing(con, [*keyed, *others], looked.columns)
    if contrary:
        return (
            'add_up: "TODO: true where they are parts of one count; {never: why} where one is right and the other wrong"',
            f"{contrary:,} {of_all} share {names} with another row and differ in nothing but the amount",
        )
    if parts and _last_is_the_sum(con, keyed, counted):
        return (
            'add_up: "TODO: true, once where leaves the totals out"',
            f"{parts:,} {of_all} share {names} with another row, and the greatest amount of a key is the sum of the others: a "
            f"total stands among its parts, and one of these columns says which it is: {', '.join(one.name for one in others)}",
        )
    if parts:
        return ("add_up: true", f"{parts:,} {of_all} share {names} with another row and differ elsewhere")
    why = f"no two of {looked.looked_at:,} different rows looked at share {names}"
    return (
        'add_up: {never: "The file has one row for each key."}',
        f"{why}; if codes of several rows become one, write true",
    )


def _sharing(con: duckdb.DuckDBPyConnection, key: list[Column], columns: list[Column]) -> int:
    """Rows that share these columns with a row that differs in another one."""
    cells = ", ".join(f"c{one.place}" for one in key) or "true"
    every = ", ".join(f"c{one.place}" for one in columns)
    found = con.execute(
        f"select coalesce(sum(n), 0) from (select count(*) as n from (select distinct {every} from looked) group by {cells} having n > 1)"
    ).fetchone()
    return int(found[0]) if found else 0


def _last_is_the_sum(con: duckdb.DuckDBPyConnection, keyed: list[Column], counted: list[Column]) -> bool:
    """Whether in nearly every key of three rows or more one amount is the sum of the others."""
    if len(counted) != 1 or counted[0].numbers is None or not counted[0].numbers.whole:
        return False
    cells = ", ".join(f"c{one.place}" for one in keyed) or "true"
    amount = f"try_cast(regexp_replace(c{counted[0].place}, '[^0-9-]', '', 'g') as bigint)"
    found = con.execute(
        f"select count(*), count(*) filter (total = 2 * most) from (select sum({amount}) as total, max({amount}) as most "
        f"from (select distinct * from looked) group by {cells} having count(*) > 2 and most > 0)"
    ).fetchone()
    keys, wholes = (int(one) for one in found) if found else (0, 0)
    return keys > 0 and wholes >= keys * _FEWEST_WHOLES
