"""Strict models of everything under contracts/, and the one reader that turns them into a checked plan."""
