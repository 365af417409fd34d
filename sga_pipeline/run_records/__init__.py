"""What is known about a run besides the rows: cities, feeds, deliveries, coverage, checks, and the findings they give."""
