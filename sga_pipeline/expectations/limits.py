"""How much Great Expectations is given: summaries, never the tables themselves."""

# Of a city; a summary has a row for an indicator and level, or an indicator and year. Beyond this it is no summary.
MOST_ROWS = 10_000
