"""What a run records of itself, besides the rows: cities, feeds, deliveries, coverage, checks."""
