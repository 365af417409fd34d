"""Pages of a release, made from its database alone: standalone HTML that reads, prints and can be handed on as one file."""

from sga_pipeline.site.write_pages import write_gap_pages

__all__ = ["write_gap_pages"]
