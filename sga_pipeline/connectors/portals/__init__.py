"""Open-data portals: sources that answer page by page."""
