"""How columns about persons are filled: sex, age, and answers to questions."""

from __future__ import annotations

from sga_pipeline.draft.column import FEWEST
from sga_pipeline.draft.filling_base import Base, Line
from sga_pipeline.draft.periods import age_bands
from sga_pipeline.draft.text import plain
from sga_pipeline.draft.word_lists import code_of
from sga_pipeline.draft.yaml_text import listed, pairs


class Persons(Base):
    """How columns about persons are filled: sex, age, and answers to questions."""

    def _sex(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("sex")
        if source is None:
            return None
        missing = {value for value, _ in source.missing_words}
        values: dict[str, str] = {}
        for value, count in source.values:
            # Rare values only where they are plain words for a sex, as the project's own list has them.
            if count < FEWEST and code_of("sex", value) is None:
                continue
            code = code_of("sex", value) or ("_U" if value in missing else None)
            # A figure means nothing by itself: in one country 1 is a man, in the next a woman.
            values[value] = code or "TODO: F, M, _T or _U, as the source's key says"
        if not values or all(value == code for value, code in values.items()):
            return self._from(source, []), source.why
        return self._from(source, [f"recode: {{values: {pairs(values)}}}"]), source.why

    def _age(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("age")
        if source is None or source.numbers is None:
            return None
        odd = [value for value, _ in source.missing_words]
        counted = dict(source.values)
        odd += [
            one
            for one in ("98", "99", "998", "999", "888")
            if counted.get(one, 0) >= FEWEST and one not in odd and _far_out(one, counted)
        ]
        why = source.why + (f"; {', '.join(odd)} stand for no age" if odd else "")
        return self._from(source, [f"null_if: {listed(odd)}", "number: {}"] if odd else []), why

    def _age_group(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("age_group")
        if source is None or (self.by_meaning.get("age") and self.shape.column("age")):
            return None
        bands = age_bands([value for value, _ in source.shown])
        if all(value == band for value, band in bands.items()):
            return self._from(source, []), source.why
        return self._from(
            source, [f"recode: {{values: {pairs(bands)}}}"]
        ), f"{source.why}; a band is written from its two ages"

    def _questions(self) -> None:
        known = {
            plain(one.name.removeprefix("q_")): one.name for one in self.shape.columns if one.name.startswith("q_")
        }
        for column in self.columns:
            target = known.get(plain(column.name).removeprefix("q "))
            values = {value for value, _ in column.values}
            self.now = target or ""
            if target is None or column.private or column.name in self.out.used:
                continue
            if values <= {"1", "2", "8", "9"} and {"1", "2"} <= values:
                odd = sorted(values - {"1", "2"})
                steps = ([f"null_if: {listed(odd)}"] if odd else []) + ['boolean: {"yes": ["1"], "no": ["2"]}']
                self.out.lines.append(
                    Line(
                        target,
                        self._from(column, steps),
                        "named as the question; 1 is yes and 2 is no in most questionnaires",
                    )
                )
            elif line := self._boolean(column):
                self.out.lines.append(Line(target, *line))


def _far_out(value: str, counted: dict[str, int]) -> bool:
    """More often than the ages next to it: 999 is always odd, 99 where 97 and 96 are rarer."""
    near = [counted.get(str(int(value) - step), 0) for step in (1, 2, 3)]
    return int(value) > 120 or counted[value] > 3 * max(1, *near)
