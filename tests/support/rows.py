"""Rows as views show them, for tests of what is made of them: whatever is not given is empty."""

from dataclasses import fields
from typing import Any, TypeVar

from pipeline_core.db.listing import readers_of
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile
from pipeline_core.domain.rows.record import Record

R = TypeVar("R", bound=Record)
_EMPTY: dict[str, Any] = {
    "filename": "a.md",
    "also_named": [],
    "stage": JobStage.INGESTED,
    "state": JobState.DONE,
    "outcome": Outcome.PUBLISHED,
    "profile": Profile.STANDARD,
    "is_replaced": False,
    "left_out_by": {},
    "findings": [],
    **dict.fromkeys(("phase", "percent", "retry_count", "chunks", "facts", "left_out", "facts_added"), 0),
    **dict.fromkeys(("facts_to_decide", "duplicates", "undecided", "undecided_alike"), 0),
    **dict.fromkeys(("critical", "warnings", "infos", "refused"), 0),
}


def row_of(kind: type[R], /, **given: Any) -> R:
    """A row of this kind with these fields; words of a lifecycle may be given as texts."""
    readers = readers_of(kind)
    row = {field.name: _EMPTY.get(field.name) for field in fields(kind)} | given
    return kind(**{name: readers[name](value) if value and name in readers else value for name, value in row.items()})
