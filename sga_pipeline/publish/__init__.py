"""Releases: built aside, checked, switched to in one step; and reading them without ever standing in the way."""
