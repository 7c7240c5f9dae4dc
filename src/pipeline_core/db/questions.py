"""Lists of staged questions, and which of them somebody has opened."""

from collections.abc import Sequence
from uuid import UUID

from pipeline_core.db.question_lists import AT_RANDOM, IN_FILE, MATCHING, MATCHING_COUNTS, NEED_FIRST
from pipeline_core.db.session import Session
from pipeline_core.domain.ids import RealmId, UserId
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import Where, ids_of
from pipeline_core.domain.rows.questions import ListedQuestion, MatchingCounts, MatchingQuestion

Position = tuple[int, int, UUID]
"""Of a question in its list: rank, place in the file, id."""


class Questions:
    def __init__(self, session: Session) -> None:
        self._session = session

    def listed(
        self, where: Where, matching: QuestionFilter, *, need_first: bool, after: Position | None, limit: int
    ) -> list[ListedQuestion]:
        """The questions that match, from behind a position."""
        rank, position, question_id = after or (None, None, None)
        listing = NEED_FIRST if need_first else IN_FILE
        return self._session.select(
            listing,
            after=rank,
            after_position=position,
            after_id=question_id,
            limit=limit,
            **ids_of(where),
            **matching.parameters(),
        )

    def matching(self, where: Where, matching: QuestionFilter) -> list[MatchingQuestion]:
        """All that match, in the order of the file."""
        return self._session.select(MATCHING, **ids_of(where), **matching.parameters())

    def counts(self, where: Where, matching: QuestionFilter) -> MatchingCounts:
        """Count those that match, and those of them that nobody has opened."""
        [counts] = self._session.select(MATCHING_COUNTS, **ids_of(where), **matching.parameters())
        return counts

    def sample(self, where: Where, matching: QuestionFilter, size: int) -> list[ListedQuestion]:
        """Some that match, at random."""
        return self._session.select(AT_RANDOM, limit=size, **ids_of(where), **matching.parameters())

    def open(self, where: Where, question_ids: Sequence[UUID], *, realm_id: RealmId, user_id: UserId) -> int:
        """Record that somebody was shown these questions of the document or batch; returns how many were new."""
        return self._session.execute(
            "open_questions", question_ids=list(question_ids), realm_id=realm_id, user_id=user_id, **ids_of(where)
        )
