"""Findings: their evidence, their life between runs, and what a city decides about them."""
