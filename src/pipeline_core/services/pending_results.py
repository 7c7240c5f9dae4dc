"""Answers that were paid for while the database was away: they wait in the object store, and nobody pays again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog

from pipeline_core.domain.errors import ObjectNotFoundError, PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.kept_answers import KeptAnswer, kept_answer

log = structlog.stdlib.get_logger(__name__)
PREFIX = "pending-results/"
_LOOK_S = 30.0


class Ticket(NamedTuple):
    """The right to make one call: its keys are claimed and its cost is set aside."""

    call_id: UUID
    token: UUID
    keys: tuple[str, ...]


class PendingResult(NamedTuple):
    """A call that was answered, and what is still to be written down of it."""

    ticket: Ticket
    usage: Usage
    outcome: str
    answer: KeptAnswer

    def as_json(self) -> dict[str, Any]:
        call_id, token, keys = self.ticket
        return {
            "call_id": str(call_id),
            "token": str(token),
            "keys": keys,
            "usage": asdict(self.usage),
            "outcome": self.outcome,
            "answer": self.answer.as_json(),
        }


@dataclass
class PendingResults:
    """One object a call. Whoever finds it may save it: saving it twice is saving it once.

    No error of the store leaves here: it is a second place to keep what the first may still take.
    """

    store: ObjectStore
    _next_look: float = 0.0
    _puts: int = 0

    def put(self, pending: PendingResult) -> None:
        """Keep it until it is saved."""
        key = _key(pending.ticket)
        with _logged("paid_answer_not_kept", key):
            self.store.put(key, orjson.dumps(pending.as_json()))
            self._puts += 1
            self._next_look = 0.0
            log.warning("paid_answer_waits_for_database", kept=key)

    def drop(self, ticket: Ticket) -> None:
        """It is saved."""
        with _logged("paid_answer_not_dropped", _key(ticket)):
            self.store.delete(_key(ticket))

    def all(self, *, now: bool = False) -> Iterator[PendingResult]:
        """Yield pending results; looks every half minute, ``now``, or after this process has put one into the store."""
        if not now and time.monotonic() < self._next_look:
            return
        puts, keys = self._puts, list[str]()
        with _logged("paid_answers_not_listed", PREFIX):
            keys = list(self.store.list(PREFIX))
        for key in keys:
            pending = self._read(key)
            if pending is not None:
                yield pending
        if puts == self._puts:
            self._next_look = time.monotonic() + _LOOK_S

    def _read(self, key: str) -> PendingResult | None:
        with _logged("paid_answer_unreadable", key), suppress(ObjectNotFoundError):  # somebody else has saved it
            row = orjson.loads(self.store.get(key))
            ticket = Ticket(UUID(row["call_id"]), UUID(row["token"]), tuple(row["keys"]))
            return PendingResult(ticket, Usage(**row["usage"]), row["outcome"], kept_answer(row["answer"]))
        return None


@contextmanager
def _logged(event: str, key: str) -> Iterator[None]:
    try:
        yield
    except (PipelineError, KeyError, TypeError, ValueError) as error:
        log.error(event, kept=key, error=describe_error(error))


def _key(ticket: Ticket) -> str:
    return f"{PREFIX}{ticket.call_id}.json"
