"""Across cities: a release of its own, made from the releases in force of the cities of a home."""
