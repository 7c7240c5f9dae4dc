"""Telling a service that fails for everybody from one that fails for a single document."""

import threading
import time
from collections.abc import Iterable

from pipeline_core.domain.ids import DocumentId


class Outages:
    """Record of the answers and failures of each service in this process, by its host. Safe to use from threads.

    Two documents that fail with no answer to anybody between them are an outage; one that fails while others are
    answered is at fault itself. Where nobody was answered since it failed first, nothing speaks against an outage.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: dict[str, float] = {}
        self._failing: dict[str, set[DocumentId]] = {}
        self._first: dict[tuple[str, DocumentId], tuple[str, float]] = {}
        self._own: dict[str, set[DocumentId]] = {}

    def answered(self, service: str) -> None:
        """The service answered a call, whoever's."""
        with self._lock:
            self._answered[service] = time.monotonic()
            self._failing.pop(service, None)

    def failed(self, service: str, document_ids: Iterable[DocumentId], *, stage: str, began: float) -> set[DocumentId]:
        """These documents failed in a stage that began then (``time.monotonic``); returns those at fault.

        The others met an outage.
        """
        with self._lock:
            ids = set(document_ids)
            for document_id in ids:
                self._first.setdefault((service, document_id), (stage, began))
            own = self._own.setdefault(service, set())
            failing = self._failing.setdefault(service, set())
            failing |= ids - own
            answered = self._answered.get(service, float("-inf"))
            served = {d for d in ids if answered >= self._first[service, d][1]}
            at_fault = served if len(failing) < 2 else served & own
            own |= at_fault
            failing -= at_fault
            return at_fault

    def passed(self, stage: str, document_ids: Iterable[DocumentId]) -> None:
        """These documents have gone through the stage: what they met in it is forgotten."""
        with self._lock:
            met = {key for key, (at, _) in self._first.items() if at == stage}
            ids = set(document_ids) & {document_id for _, document_id in met}
            for key in [key for key in met if key[1] in ids]:
                del self._first[key]
            for documents in (*self._own.values(), *self._failing.values()):
                documents -= ids
