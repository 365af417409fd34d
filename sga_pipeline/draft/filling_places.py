"""How columns of place are filled: areas of the city, and coordinates."""

from __future__ import annotations

from sga_pipeline.draft.city_areas import Match, match
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.filling_base import Base
from sga_pipeline.draft.yaml_text import scalar

# A match that is less sure than this is none.
LEAST = 0.2


class Places(Base):
    """How columns of place are filled: areas of the city, and coordinates."""

    def _area_id(self) -> tuple[str, str] | None:
        if self.shape.id == "areas":
            source = next((one for one in self._area_columns() if one.unique), None)
            return (self._from(source, ["trim"]), f"{source.why}; no value occurs twice") if source else None
        best: tuple[float, Column, Match] | None = None
        for column in self._area_columns() if not self.loose else []:
            found = match(column, self.areas)
            rank = found.rank * (1.0 if column.meaning in {"area", "area_name"} else 0.6) if found else 0.0
            if found is not None and rank >= LEAST and (best is None or rank > best[0] + 0.001):
                best = (rank, column, found)
        if best is not None:
            _, column, found = best
            self.out.area_column, self.out.area_match = column, found
            why = f"{found.share:.1%} of its {column.filled:,} values are areas of the city, matched {found.how}; they meet {found.met} of {found.of}"
            if found.missed:
                why += f"; {found.missed:,} rows meet none"
            if found.only:
                why += ", for the file holds more than the city; `where` leaves the others out"
            steps = found.steps or ("trim", "lookup: {mapping: areas, give: area_id}")
            return self._from(column, steps), why
        source = next((one for one in self._area_columns() if one.meaning in {"area", "area_name"}), None)
        if source is None:
            return None
        words = (
            "the city has no finer areas yet to compare with"
            if self.loose
            else "fewer than half of its rows meet an area of the city"
        )
        return self._from(source, ["trim"]), f"{source.why}; {words}"

    def _area_columns(self) -> list[Column]:
        ranked = [one for one in self.columns if one.meaning in {"area", "area_name"}]
        key = [one for one in self.columns if one.name == "key" and not one.meaning]
        others = (
            []
            if self.loose
            else [
                one
                for one in self.columns
                if not one.meaning and not one.private and not one.dates and 1 < one.distinct <= 5000
            ]
        )
        found = [one for one in (*ranked, *key, *others) if not one.private]

        def rank(one: Column) -> tuple[bool, bool, float, int]:
            # Districts rather than neighbourhoods or one name in every row; boundaries are the finest there are.
            few = 1 < one.distinct <= 200 or (self.shape.id == "areas" and one.unique)
            return (not one.meaning, not few, -(one.meanings[0][1] if one.meanings else 0), one.place)

        return sorted(found, key=rank)

    def _parent_id(self) -> tuple[str, str]:
        return (
            f"{{constant: {scalar(self.city_area or 'TODO: the id of the area that holds them all')}}}",
            "areas of a city lie in the city",
        )

    def _level(self) -> tuple[str, str]:
        rows = self.columns[0].rows if self.columns else 0
        level = "neighbourhood" if rows > 150 else "district"
        return f"{{constant: {level}}}", f"{rows:,} areas; a city seldom has more than 150 districts"

    def _name(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("area_name") or next(
            (
                one
                for one in self._area_columns()
                if one.numbers is None and one.name not in self.out.used and one.distinct > 1
            ),
            next((one for one in self._area_columns() if one.numbers is None), None),
        )
        return (self._from(source, ["trim"]), source.why) if source else None

    def _latitude(self) -> tuple[str, str] | None:
        return self._coordinate("latitude", "longitude", "y", 90)

    def _longitude(self) -> tuple[str, str] | None:
        return self._coordinate("longitude", "latitude", "x", 180)

    def _coordinate(self, name: str, other: str, letter: str, most: int) -> tuple[str, str] | None:
        source, twin = self.by_meaning.get(name), self.by_meaning.get(other)
        latitude = source if name == "latitude" else twin
        if (
            source is not None
            and twin is not None
            and latitude is not None
            and latitude.numbers
            and abs(latitude.numbers.middle) > 90
        ):
            source, swapped = twin, True
        else:
            swapped = False
        source = source or self.by_meaning.get(letter)
        if source is None or source.numbers is None:
            return None
        if abs(source.numbers.middle) > most:
            self.out.notes.append(f"{source.name} holds no degrees (a projected system?), so it is not used as {name}")
            return None
        text, why = self._number(source, [], whole=False)
        return (
            text,
            f"{why}{'; the two columns are swapped: what is called latitude is above 90' if swapped else f', all between {source.numbers.low:.0f} and {source.numbers.high:.0f}'}",
        )
