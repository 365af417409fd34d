"""Looks at files a city sends and drafts contracts for them; every guess is marked, and nothing is decided for anyone."""
