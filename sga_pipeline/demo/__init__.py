"""The made-up city: a seeded generator of a plausible place, with ordinary dirt, whose truth it also writes."""

from sga_pipeline.demo.write_city import write_demo_city

__all__ = ["write_demo_city"]
