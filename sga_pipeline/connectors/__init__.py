"""One module a protocol. A connector brings bytes; it knows nothing of what they mean."""
