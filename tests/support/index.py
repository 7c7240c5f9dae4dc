"""An index of published facts that somebody keeps in step by the feed of changes alone."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from pipeline_core.domain.rows.feed import KnowledgeChange


class Index:
    """``read`` gives what production says now by the ids asked for; what is not there any more is left out."""

    def __init__(self, read: Callable[[Iterable[UUID]], Mapping[UUID, str]]) -> None:
        self._read = read
        self.facts: dict[UUID, str] = {}
        self.applied: list[int] = []

    def apply(self, change: KnowledgeChange) -> None:
        self.applied.append(change.change_id)
        for fact_id in change.facts_went:
            self.facts.pop(fact_id, None)
        self.facts.update(self._read([*change.facts_came, *change.facts_changed]))
