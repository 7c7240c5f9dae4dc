"""Answers of generators and embedders by content."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from pgvector import Vector

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.facts import AnswerOutcome, FactCandidate, Generated
from pipeline_core.domain.vectors import Vectors


class Caches:
    def __init__(self, session: Session) -> None:
        self._session = session

    def facts(self, keys: Sequence[str], *, run_id: UUID) -> dict[str, Generated]:
        """Answers by key. Those of no use are found only by the run that paid for them."""
        found = {}
        for row in self._session.all("cached_facts", keys=sorted(set(keys)), run_id=run_id):
            candidates = tuple(map(FactCandidate.from_json, row["facts"]["candidates"]))
            outcome = AnswerOutcome(row["outcome"])
            found[row["cache_key"]] = Generated(candidates, row["reason"], outcome=outcome)
        return found

    def put_facts(self, generator: str, rows: Mapping[str, Generated], *, run_id: UUID) -> None:
        if not rows:
            return
        answers = rows.values()
        self._session.execute(
            "cache_facts",
            generator=generator,
            keys=list(rows),
            facts=[json_text({"candidates": [one.as_json() for one in answer.candidates]}) for answer in answers],
            reasons=[answer.reason for answer in answers],
            outcomes=[answer.outcome.value for answer in answers],
            run_id=run_id,
            input_tokens=[answer.usage.input_tokens for answer in answers],
            output_tokens=[answer.usage.output_tokens for answer in answers],
            costs=[answer.usage.cost_usd for answer in answers],
        )

    def vectors(self, keys: Sequence[str], *, model: str, version: str) -> dict[str, Vectors]:
        if not keys:
            return {}
        rows = self._session.all("cached_vectors", keys=list(set(keys)), model=model, version=version)
        return {row["content_sha256"]: row["vector"].to_numpy().astype(np.float32) for row in rows}

    def put_vectors(self, rows: Mapping[str, Vectors], *, model: str, version: str) -> None:
        if rows:
            vectors = [Vector(vector) for vector in rows.values()]
            self._session.execute("cache_vectors", keys=list(rows), vectors=vectors, model=model, version=version)

    def prune(self, *, max_bytes: int, max_days: int) -> dict[str, int]:
        """Drop what nobody used for so many days and, above the size, what was used longest ago; how many went."""
        limits = {"max_bytes": max_bytes, "max_days": max_days}
        self._session.execute("prune_claims")
        return {
            "facts": self._session.execute("prune_facts", **limits),
            "vectors": self._session.execute("prune_vectors", **limits),
            "parses": self._session.execute("prune_parse_jobs", **limits),
        }
