"""One module a protocol. A connector brings bytes and does not interpret them."""
