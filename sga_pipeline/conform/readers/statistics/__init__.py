"""Forms of official statistics: SDMX, JSON-stat, Open SDG."""
