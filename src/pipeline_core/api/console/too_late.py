"""Decisions that came too late, in words."""

from pipeline_core.api.console.templating import who
from pipeline_core.domain.errors import ChangedMeanwhileError
from pipeline_core.domain.wording import dated


def too_late(error: ChangedMeanwhileError) -> str:
    """Say who was faster, when, and what they did; without ids and versions."""
    if not error.changed:
        return error.message
    first = error.changed[0]
    what = first.what.replace("_", " ")
    return f"{who(first.who)} was faster, on {dated(first.when)}: {what}. Nothing of yours was carried out."
