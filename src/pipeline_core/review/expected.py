"""A decision holds for the state that its reviewer saw; if that has changed, it is refused with who, what and when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline_core.domain.errors import Changed, ChangedMeanwhileError
from pipeline_core.domain.review import Seen, StagedFact, StagedPair

if TYPE_CHECKING:
    from pipeline_core.review.scope import Scope

Asked = Mapping[str, object]


def require(expected: Mapping[UUID, Seen], rows: Sequence[StagedFact | StagedPair], asked: Asked) -> None:
    """Refuse the decision unless each row is in the state that is expected of it.

    Raises:
        ChangedMeanwhileError: one is not; says who changed it and when, what stands now, and what was ``asked``.
    """
    changed = [
        Changed(row_id, seen.status, seen.version, row.seen.status, row.seen.version, row.changed_by, row.changed_at)
        for row in rows
        if (seen := expected.get(row_id := _id(row))) is not None and seen != row.seen
    ]
    if changed:
        raise ChangedMeanwhileError.of(changed, asked)


def _id(row: StagedFact | StagedPair) -> UUID:
    return row.question_id if isinstance(row, StagedFact) else row.duplicate_id


def require_whole(scope: "Scope", expected: Seen | None) -> None:
    """Refuse the decision about the whole unless it, its facts and its pairs are as they were seen.

    Raises:
        ChangedMeanwhileError: they are not; says who changed the last of them.
    """
    if expected is None or (now := scope.seen) == expected:
        return
    rows: list[StagedFact | StagedPair] = [*scope.facts(), *scope.pairs()]
    last = max(rows, key=lambda row: row.changed_at, default=None)
    who, when = (last.changed_by, last.changed_at) if last else ("system", datetime.now(UTC))
    changed = Changed(scope.whole_id, expected.status, expected.version, now.status, now.version, who, when)
    raise ChangedMeanwhileError.of([changed], scope.asked)
