"""When a source that did not answer is asked again: as often as its contract says, later each time, while there is time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sga_pipeline.errors import PullError

# Answers that say "not now": too slow, too many, or something broke over there.
NOT_NOW = {408, 425, 429, 500, 502, 503, 504}
Answer = TypeVar("Answer")


class BusyError(PullError):
    """The server asked to be left alone for a while."""

    def __init__(self, message: str, next_step: str, value: object, wait: float) -> None:
        super().__init__(message, next_step, value, transient=True)
        self.wait = wait


def ask_again(once: Callable[[], Answer], retries: int, deadline: float, sleep: Callable[[float], None]) -> Answer:
    """Ask until there is an answer, the tries are used up, or the whole time is."""
    for attempt in range(retries + 1):
        try:
            return once()
        except PullError as error:
            wait = error.wait if isinstance(error, BusyError) else min(30.0, 0.5 * 2**attempt)
            wait *= random.uniform(1.0, 1.3)
            if attempt == retries or not error.transient or time.monotonic() + wait >= deadline:
                raise
            sleep(wait)
    raise AssertionError("the last attempt returns or raises")
