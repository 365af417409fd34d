"""Deliveries changed at random in ways that happen; what is published of them as normal must be true."""
