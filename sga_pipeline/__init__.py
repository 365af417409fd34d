"""SGA Pipeline: from a city's feeds to a published, auditable safety assessment."""

__version__ = "0.1.0"
