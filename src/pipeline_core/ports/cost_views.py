"""Port: what was spent. Reads only; rows are plain dicts, ready for JSON."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.spending import Account

Row = dict[str, Any]


class CostViews(Protocol):
    def costs(self, user_id: UserId, accounts: Sequence[Account], *, days: int = 30) -> Row:
        """The user's costs of the last days by day, by stage and model, and by document; and the budgets."""
        ...

    def document(self, user_id: UserId, document_id: DocumentId) -> Row:
        """The calls made for a document, and what each of its chunks cost."""
        ...

    def run(self, run_id: UUID) -> list[Row]:
        """A run's costs by stage, model and outcome."""
        ...

    def totals(self) -> list[Row]:
        """All costs by service, model and outcome, for metrics."""
        ...
