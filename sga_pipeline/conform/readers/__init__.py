"""One module a format: opens a delivery as a table of text, and knows nothing of what it means."""
