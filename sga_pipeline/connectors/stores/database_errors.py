"""What a database's complaints mean, in words of ours: its own may name users and values."""

from __future__ import annotations

from typing import Any

from sga_pipeline.connectors.connector import Unreachable
from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.errors import PullError

_LATER = "Try later."
# SQLSTATE, or the two characters of its class: what it means, what to do, and whether trying again may help.
_MEANINGS = {
    "42501": (
        "the user may not read this table",
        "Ask for the right to SELECT from it (and USAGE of its schema).",
        False,
    ),
    "55P03": ("somebody holds the table locked", "Try later, or raise source.lock_timeout_s.", True),
    "57014": (
        "a statement took longer than allowed",
        "Try later, give the table an index on its key, or raise source.statement_timeout_s.",
        True,
    ),
    "25006": ("reading this table writes, which is not done", "Ask for a view that only reads.", False),
    "3D000": ("the server has no such database", "Correct source.address.", False),
    "22": ("the database cannot work out a value of the table", "Leave its column out of source.columns.", False),
    "28": (
        "the database refuses the log-in",
        "Check the variables source.user_env and source.password_env name.",
        False,
    ),
    "40": ("the database ended the read in favour of another", _LATER, True),
    "53": ("the database is out of connections, memory or disk", _LATER, True),
    "57": ("the database was shut down or ended the connection", _LATER, True),
    "08": ("the connection to the database broke", _LATER, True),
}


def explain_error(error: BaseException, source: DatabaseSource, *, connected: bool) -> PullError:
    """A database library's error as one of ours."""
    inner: Any = getattr(error, "orig", None) or error
    state = getattr(inner, "sqlstate", None) or ""
    found = _MEANINGS.get(state) or _MEANINGS.get(state[:2])
    if found:
        message, next_step, transient = found
        if state.startswith("28"):
            # To try every period with a wrong password would lock the account.
            return Unreachable(message, next_step, source.table)
        return PullError(message, next_step, source.table, transient=transient)
    if state:
        return PullError(f"the database answered with error {state}", "Ask its keeper what that is.", source.table)
    if isinstance(inner, UnicodeDecodeError):
        return PullError(
            "a text in the table is not what its encoding says", "Ask for a view that mends it.", source.table
        )
    kind = type(inner).__name__
    if source.is_file:
        return _of_file(str(inner), kind, source)
    if kind == "DataError":
        next_step = "Read the columns of dates as text: source.read_as."
        return PullError("a date lies outside the years 1 to 9999, or is infinite", next_step, source.table)
    if not connected:
        return _of_greeting(inner, source)
    return PullError("the connection to the database broke", _LATER, source.address, transient=True)


def _of_greeting(inner: Any, source: DatabaseSource) -> PullError:
    """Before the first statement there is no code to go by, only how far the greeting went."""
    said, connection = str(inner).lower(), getattr(inner, "pgconn", None)
    if connection is not None and (connection.used_password or connection.needs_password):
        next_step = "Check the variables source.user_env and source.password_env name, and the name of the database."
        return Unreachable("the database refuses the log-in", next_step, source.address)
    if "fatal:" in said:
        return PullError(
            "the database refuses to talk", "Check the address, its database and the user's rights.", source.address
        )
    if "certificate" in said or "ssl" in said:
        next_step = (
            "The server needs TLS and a certificate for this name; source.ca_file_env names its authority's file."
        )
        return PullError("the database does not prove who it is over TLS", next_step, source.address)
    return Unreachable(
        "the database cannot be reached", "Try later, or check the address.", source.address, transient=True
    )


def _of_file(said: str, kind: str, source: DatabaseSource) -> PullError:
    if "locked" in said or "busy" in said:
        return PullError(*_MEANINGS["55P03"][:2], source.table, transient=True)
    if "interrupted" in said:
        return PullError(*_MEANINGS["57014"][:2], source.table, transient=True)
    if "decode" in said:
        return PullError("a text in the table is not UTF-8", "Ask for a file that is.", source.table)
    return PullError(f"this is not a database file, or it is damaged ({kind})", "Ask for it again.", source.address)
