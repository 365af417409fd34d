"""One module a format: opens a delivery as a table of text and does not interpret it."""
