"""A job taken through the lifecycle by hand, one step after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.ids import CorrelationId, LeaseToken, RealmId, user_id_for
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.stages.registry import ALL_MOVES
from tests.support.database import register
from tests.support.job_model import OUTCOMES

ANN = user_id_for("ann")
MOVES = {move.code: move for move in ALL_MOVES}
STAMPS = ", ".join(f"stage{n}_completed_at" for n in range(1, 7))


@dataclass
class Walker:
    """One job. A step is a move's code, ``claim``, ``validated: N`` or ``restart: STAGE``."""

    database: Database
    realm_id: RealmId = ANN
    reason: str = "checked by hand"

    def __post_init__(self) -> None:
        with self._uow() as uow:
            [document] = register(uow, self.realm_id)
            uow.commit()
        self.document_id, self.job_id = document.document_id, document.job_id
        self.lease: LeaseToken | None = None

    def go(self, steps: Sequence[str]) -> None:
        for step in steps:
            with self._uow() as uow:
                self._step(uow, step)
                uow.commit()

    def _step(self, uow: UnitOfWork, step: str) -> None:
        if step in MOVES:
            move = MOVES[step]
            payload = {"error": {"message": "no use"}, "reason": self.reason}
            lease = self.lease if self.row("state") == {"state": JobState.WORKING} else None
            uow.jobs.move(move, {self.job_id: payload}, lease=lease, outcome=OUTCOMES.get(step))
        elif step == "claim":
            self.lease = LeaseToken(uuid4())
            uow.jobs.claim([self.document_id], worker="w", lease=self.lease, lease_s=60, flow_run_id=None)
        elif step.startswith("validated: "):
            criticals = int(step.removeprefix("validated: "))
            uow.jobs.set_validation_results({self.job_id: {"critical": criticals}})
        else:
            target = JobStage(step.removeprefix("restart: "))
            again = CorrelationId(uuid4())
            uow.jobs.restart({self.job_id: target}, code="retried", by="ann", correlation_id=again)

    def phase(self) -> int:
        return int(self.row("phase")["phase"])

    def stamps(self) -> dict[int, datetime]:
        row = self.row(STAMPS)
        return {n: row[f"stage{n}_completed_at"] for n in range(1, 7) if row[f"stage{n}_completed_at"]}

    def row(self, columns: str) -> dict[str, Any]:
        with self._uow() as uow:
            query = f"SELECT {columns} FROM upload_jobs WHERE job_id = %s"
            cursor = uow.session.connection.execute(query.encode(), [self.job_id])
            names = [column.name for column in cursor.description or ()]
            [row] = cursor.fetchall()
        return dict(zip(names, row, strict=True))

    def _uow(self) -> UnitOfWork:
        return UnitOfWork(self.database, lease_s=60)


def march(last: str) -> list[str]:
    """Claimed and taken ahead without a halt; nothing critical is found."""
    codes = [
        "job_validated", "parsing", "parsed", "parse_validated", "optimizing", "optimized", "chunking",
        "chunks_buffered", "chunked", "generating_facts", "facts_staged", "validating", "validated: 0",
        "embedding", "embeddings_buffered", "embedded", "ingesting", "published",
    ]  # fmt: skip
    return ["claim", *codes[: codes.index(last) + 1]]
