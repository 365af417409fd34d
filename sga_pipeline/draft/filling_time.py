"""How columns of time are filled: days, hours, years and periods."""

from __future__ import annotations

import re

from sga_pipeline.draft.column import Column
from sga_pipeline.draft.filling_base import Base
from sga_pipeline.draft.meaning import wide_months, wide_years
from sga_pipeline.draft.periods import period_map
from sga_pipeline.draft.word_lists import code_of
from sga_pipeline.draft.yaml_text import listed, pairs, scalar


class Times(Base):
    """How columns of time are filled: days, hours, years and periods."""

    def _occurred_on(self) -> tuple[str, str]:
        source = self.by_meaning.get("event_date") or self.by_meaning.get("year") or self.by_meaning.get("death_date")
        return self._date(source) if source else self._missing("occurred_on", "the day the offence took place")

    def _died_on(self) -> tuple[str, str]:
        source = self.by_meaning.get("death_date") or self.by_meaning.get("event_date") or self.by_meaning.get("year")
        return self._date(source) if source else self._missing("died_on", "the day of death")

    def _occurred_hour(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("hour")
        if source is not None:
            steps = [f"null_if: {listed([value for value, _ in source.missing_words])}"] if source.missing_words else []
            return self._from(
                source, [*steps, 'extract: "^([0-9]{1,2})"']
            ), f"{source.why}; its first figures are the hour"
        day = self.by_meaning.get("event_date")
        if day is None or day.dates is None or not day.dates.has_time or day.dates.ambiguous or day.dates.same_start:
            return None
        return self._from(
            day,
            [
                f"datetime: {{formats: {listed([one for one in day.dates.formats if '%H' in one or '%I' in one])}, give: hour}}"
            ],
        ), "the day's column gives the time as well"

    def _year(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("year")
        if source is not None:
            return self._from(source, []), source.why
        day = self.by_meaning.get("event_date") or self.by_meaning.get("period")
        if day is not None:
            return self._from(day, ['extract: "((?:19|20)[0-9]{2})"']), f"{day.why}; the year in it"
        return '{constant: "TODO: the year of the figures, or map a column"}', "no column gives the year"

    def _period(self) -> tuple[str, str]:
        if self.out.years:
            return "{from: year}", "a column a year"
        year, month, whole = (self.by_meaning.get(one) for one in ("year", "month", "period"))
        if self.out.wide and year is not None:
            self._use(year)
            return (
                f'{{join: [{scalar(year.name)}, item], separator: "-", steps: [{{replace: {{old: "-m", new: "-"}}}}]}}',
                "the year's column and the month's name make the period",
            )
        if whole is not None:
            steps, why = period_map(whole)
            return self._from(whole, steps), f"{whole.why}{why}"
        if year is not None and month is not None:
            self._use(year)
            self._use(month)
            table = {f"{y}-{value}": f"{y}-{number}" for y in _years(year) for value, number in _months(month)}
            tail = (
                ""
                if all(key == value for key, value in table.items())
                else f", steps: [trim, {{recode: {{values: {pairs(table)}, otherwise: reject}}}}]"
            )
            return (
                f'{{join: [{scalar(year.name)}, {scalar(month.name)}], separator: "-"{tail}}}',
                f"{year.why}, and {month.name} gives the month",
            )
        if year is not None:
            return self._from(year, []), year.why
        day = self.by_meaning.get("event_date")
        if day is not None and day.dates is not None and day.dates.formats[0].startswith("%Y-%m"):
            return self._from(day, ["slice: {start: 1, length: 7}"]), f"{day.why}; year and month of it"
        return (
            '{constant: "TODO: the period of the figures, such as 2023 or 2023-04, or map a column"}',
            "no column gives the period",
        )

    def _attested_on(self) -> tuple[str, str]:
        source = self.by_meaning.get("event_date")
        return self._date(source) if source else self._missing("attested_on", "the day of the attestation")

    def _wide_months(self) -> None:
        months = wide_months(self.columns)
        if months and self.shape.id in {"crime_counts", "health_counts"} and self.by_meaning.get("year"):
            self.out.wide = months
            self.out.used |= dict.fromkeys(months.values(), "count")

    def _wide_years(self) -> None:
        """A column a year becomes a row a year, with the columns `year` and `figure`."""
        years = wide_years(self.columns)
        if years and self.shape.id in {"observations", "crime_counts", "health_counts"}:
            self.out.years = years
            self.out.used |= {one.name: "value" if self.shape.id == "observations" else "count" for one in years}

    def _figure(self) -> tuple[str, str]:
        words = sorted({value for one in self.out.years for value, _ in one.missing_words})
        steps = [f"{{null_if: {listed(words)}}}"] if words else []
        steps += sorted({f"{{{one.numbers.step}}}" for one in self.out.years if one.numbers and one.numbers.step})[:1]
        tail = f", steps: [{', '.join(steps)}]" if steps else ""
        return f"{{from: figure{tail}}}", "the cells of the years' columns"


def _years(column: Column) -> list[str]:
    return sorted({value for value, _ in column.values if re.fullmatch(r"(19|20)[0-9]{2}", value)})


def _months(column: Column) -> list[tuple[str, str]]:
    found = []
    for value, _ in column.values:
        number = f"{int(value):02}" if value.isdigit() and 1 <= int(value) <= 12 else code_of("month", value)
        if number:
            found.append((value, number))
    return sorted(found, key=lambda one: one[1])
