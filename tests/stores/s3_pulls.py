"""What tests of object stores fetch, and what must hold of every refusal."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable

import pytest

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.errors import PullError

CSV = CsvFormat(kind="csv")
ROWS = b"id,n\n" + b"".join(b"%d,%d\n" % (one, one * 7) for one in range(300))
MD5 = hashlib.md5(ROWS).hexdigest()
KEY_ID, SECRET = "AKIAFIGURES48151623", "s3cret/key+48151623"
NOTHING_KNOWN = Known()
Get = Callable[..., Fetched | None]


def refusal(act: Callable[[], object]) -> PullError:
    with pytest.raises(PullError) as caught:
        act()
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY_ID not in shown and SECRET not in shown and "Signature" not in str(caught.value)
    return caught.value
