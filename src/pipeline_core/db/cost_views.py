"""Views of costs and budgets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pipeline_core.db.database import Database
from pipeline_core.db.listing import R
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.costs import (
    Budget,
    CostByDay,
    CostByStage,
    CostOfChunk,
    CostOfDocument,
    CostOfRun,
    Costs,
    DocumentCalls,
    PaidCall,
)
from pipeline_core.domain.spending import Account


class CostViews:
    """Each call is a few short transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _all(self, name: str, /, **params: Any) -> list[Row]:
        with self._database.lend() as connection:
            rows = Session(connection).all(name, **params)
            connection.commit()
        return rows

    def _rows(self, kind: type[R], name: str, /, **params: Any) -> list[R]:
        with self._database.lend() as connection:
            rows = Session(connection).rows(kind, name, **params)
            connection.commit()
        return rows

    def costs(self, realm_id: RealmId, accounts: Sequence[Account], *, days: int = 30) -> Costs:
        """The user's costs of the last days by day, by stage and model, and by document; and the budgets."""
        which: dict[str, Any] = {"realm_id": realm_id, "days": days}
        return Costs(
            days=self._rows(CostByDay, "view_cost_days", **which),
            stages=self._rows(CostByStage, "view_cost_stages", **which),
            documents=self._rows(CostOfDocument, "view_cost_documents", **which),
            budgets=self._budgets(accounts),
        )

    def _budgets(self, accounts: Sequence[Account]) -> list[Budget]:
        scopes, periods = [a.scope for a in accounts], [a.period for a in accounts]
        there = {row["scope"]: row for row in self._all("view_budgets", scopes=scopes, periods=periods)}
        nothing = {"spent_usd": 0.0, "reserved_usd": 0.0}
        return [
            Budget(a.scope, a.period, row["spent_usd"], row["reserved_usd"], a.limit_usd)
            for a in accounts
            for row in (there.get(a.scope, nothing),)
        ]

    def document(self, realm_id: RealmId, document_id: DocumentId) -> DocumentCalls:
        """The calls made for a document, and what each of its chunks cost."""
        whose: dict[str, Any] = {"realm_id": realm_id, "document_id": document_id}
        return DocumentCalls(
            calls=self._rows(PaidCall, "view_cost_calls", **whose),
            chunks=self._rows(CostOfChunk, "view_cost_chunks", **whose),
        )

    def run(self, run_id: UUID) -> list[CostOfRun]:
        """A run's costs by stage, model and outcome."""
        return self._rows(CostOfRun, "view_run_costs", run_id=run_id)

    def totals(self) -> list[Row]:
        """All costs by service, model and outcome, for metrics."""
        return self._all("view_spending")
