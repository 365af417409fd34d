"""Repeats one change of the campaign alone: `python -m tests.campaign.alone SEED FEED [HOME]` writes a city of this feed and its residents, and runs it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.campaign.campaign import Outcome, assess_cities, explained, mutations_of, report
from tests.campaign.city import City, made_city


def alone(seed: int, feed_id: str, folder: Path) -> Outcome:
    """The delivery before and after lies in `folder` when this is done."""
    city = made_city(seed)
    changes = {one.feed_id: one for one in mutations_of(city) if one.feed_id in (feed_id, "residents")}
    small = City(seed, {name: one for name, one in city.feeds.items() if name in changes})
    for when, texts in (("before", city.feeds[feed_id].texts), ("after", changes[feed_id].texts)):
        for name, text in texts.items():
            (folder / when / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / when / name).write_bytes(text.encode("utf-8"))
    return assess_cities({seed: small}, {seed: changes}, folder)


if __name__ == "__main__":
    folder = Path(sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp())
    outcome = alone(int(sys.argv[1]), sys.argv[2], folder)
    print(outcome.said, report(outcome), explained(outcome), folder, sep="\n")
