"""Decisions that came too late, in words."""

from pipeline_core.api.console.people import People
from pipeline_core.domain.errors import ChangedMeanwhileError
from pipeline_core.domain.wording import dated


def too_late(error: ChangedMeanwhileError, people: People) -> str:
    """Say who was faster, when, and what they did; without ids and versions."""
    if not error.changed:
        return error.message
    first = error.changed[0]
    who = people.who(first.who, start=True)
    if who == "You":
        return f"You {first.what} already, on {dated(first.when)}. Nothing more was carried out."
    return f"{who} was faster, and {first.what} on {dated(first.when)}. Nothing of yours was carried out."
