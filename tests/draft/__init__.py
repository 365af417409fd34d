"""Drafts of contracts from files nobody has described yet."""
