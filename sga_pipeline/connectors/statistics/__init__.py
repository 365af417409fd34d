"""Protocols of official statistics: SDMX, PxWeb, Open SDG."""
