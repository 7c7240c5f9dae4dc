"""What was spent, from PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pipeline_core.db.database import Database
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.ids import DocumentId, UserId
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

    def costs(self, user_id: UserId, accounts: Sequence[Account], *, days: int = 30) -> Row:
        """The user's costs of the last days by day, by stage and model, and by document; and the budgets."""
        kinds = ("days", "stages", "documents")
        found = {kind: self._all(f"view_cost_{kind}", user_id=user_id, days=days) for kind in kinds}
        return {**found, "budgets": self._budgets(accounts)}

    def _budgets(self, accounts: Sequence[Account]) -> list[Row]:
        scopes, periods = [a.scope for a in accounts], [a.period for a in accounts]
        there = {row["scope"]: row for row in self._all("view_budgets", scopes=scopes, periods=periods)}
        nothing = {"spent_usd": 0.0, "reserved_usd": 0.0}
        return [
            {**nothing, **there.get(a.scope, {}), "scope": a.scope, "period": a.period, "limit_usd": a.limit_usd}
            for a in accounts
        ]

    def document(self, user_id: UserId, document_id: DocumentId) -> Row:
        """The calls made for a document, and what each of its chunks cost."""
        whose = {"user_id": user_id, "document_id": document_id}
        return {
            "calls": self._all("view_cost_calls", **whose),
            "chunks": self._all("view_cost_chunks", **whose),
        }

    def run(self, run_id: UUID) -> list[Row]:
        """A run's costs by stage, model and outcome."""
        return self._all("view_run_costs", run_id=run_id)

    def totals(self) -> list[Row]:
        """All costs by service, model and outcome, for metrics."""
        return self._all("view_spending")
