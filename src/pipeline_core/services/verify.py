"""Comparing store and database: every object that a row names is checked against it, and the other way round."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path

from pipeline_core.db.agreement import Disagreement, NamedObject
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import (
    ChecksumMismatchError,
    ObjectNotFoundError,
    PipelineError,
    StoreUnavailableError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services import orphan_objects, pending_results

_PAGE = 200
_SLICE = 1000
_THREADS = 8


class Fault(StrEnum):
    """Kinds of findings."""

    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    DISAGREES = "disagrees"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: of a document, or, where ``document_id`` is None, an object that is nobody's.

    ``stages`` are those that make it again.
    """

    fault: Fault
    what: str
    detail: str
    document_id: DocumentId | None = None
    filename: str = ""
    key: str | None = None
    stages: frozenset[StageName] = frozenset()

    @property
    def is_original(self) -> bool:
        """Return True if only the original file can mend it."""
        return self.what == "original" and self.fault is not Fault.DISAGREES


@dataclass(slots=True)
class Verified:
    """Counts of what was checked, and the findings; sizes are in bytes."""

    documents: int = 0
    all_documents: int = 0
    objects: int = 0
    bytes: int = 0
    pending_results: int = 0
    """Paid answers that wait in the store for the database."""
    unnamed_young: int = 0
    """Objects that no row names and that are younger than the grace: somebody may be about to write the row."""
    others: int = 0
    """Objects that are not the pipeline's."""
    found: list[Finding] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Count the findings by kind."""
        counted = Counter(one.fault for one in self.found)
        return {fault.value: counted[fault] for fault in Fault}


@dataclass(frozen=True, slots=True)
class Sample:
    """Number of documents to check, or a share of all (0..1)."""

    count: int | None = None
    share: float | None = None

    def of(self, documents: int) -> int:
        wanted = self.count if self.count is not None else -(-documents * round((self.share or 0) * 10**6) // 10**6)
        return min(documents, max(1, wanted)) if documents else 0


# What makes again what the ledger lacks: vectors and what is published come from what is staged.
_STAGES = {
    "published chunks": StageName.EMBEDDER,
    "published facts": StageName.EMBEDDER,
    "vectors of the active model": StageName.EMBEDDER,
    "staged chunks": StageName.CHUNKER,
}


@dataclass(frozen=True, slots=True)
class Verify:
    """Walks documents and objects and says what does not agree. Nothing is changed.

    Work may go on meanwhile: what looks wrong is asked for again before it is told, and documents that are under way
    are between two answers of the ledger, which is not held against them. No transaction is open while objects are
    read, and an object is never in memory whole.
    """

    store: ObjectStore
    open_uow: OpenUnitOfWork
    grace: timedelta

    def __call__(
        self, sample: Sample | None = None, on_progress: Callable[[Verified], None] = lambda _: None
    ) -> Verified:
        """Look at every document and every object, or at a sample of the documents with what is theirs.

        Raises:
            StoreUnavailableError, DatabaseUnavailableError: the whole store, or the database, is away.
        """
        verified = Verified()
        with self.open_uow() as uow:
            verified.all_documents = uow.agreement.count()
        for document_ids in self._pages(sample, verified.all_documents):
            self._documents(document_ids, verified)
            if sample is not None:
                prefixes = [f"{orphan_objects.PREFIX}{document_id}/" for document_id in document_ids]
                self._objects((key for prefix in prefixes for key in self.store.list(prefix)), verified)
            on_progress(verified)
        if sample is None:
            self._objects(self.store.list(""), verified)
        return verified

    def _pages(self, sample: Sample | None, documents: int) -> Iterator[Sequence[DocumentId]]:
        if sample is not None:
            with self.open_uow() as uow:
                chosen = iter(uow.agreement.sample(sample.of(documents)))
            while page := list(islice(chosen, _PAGE)):
                yield page
            return
        after: DocumentId | None = None
        while True:
            with self.open_uow() as uow:
                page = uow.agreement.documents(after, _PAGE)
            if not page:
                return
            yield page
            after = page[-1]

    def _documents(self, document_ids: Sequence[DocumentId], verified: Verified) -> None:
        with self.open_uow() as uow:
            named = uow.agreement.named(document_ids)
            disagreements = uow.agreement.disagreements(document_ids)
        with ThreadPoolExecutor(_THREADS) as pool:
            looked = list(pool.map(self._look, named))
        verified.documents += len(document_ids)
        verified.objects += len(named)
        verified.bytes += sum(size for size, _ in looked)
        wrong = {item: finding for item, (_, finding) in zip(named, looked, strict=True) if finding}
        verified.found += self._still_so(wrong, disagreements)

    def _still_so(self, wrong: dict[NamedObject, Finding], disagreements: Sequence[Disagreement]) -> Iterable[Finding]:
        """Yield the findings that still hold: a document that was run or removed meanwhile names other objects now."""
        ids = list({item.document_id for item in wrong} | {one.document_id for one in disagreements})
        if not ids:
            return
        with self.open_uow() as uow:
            now = set(uow.agreement.named(ids))
            still = set(uow.agreement.disagreements(ids))
        yield from (finding for item, finding in wrong.items() if item in now)
        for one in disagreements:
            if one in still:
                detail = f"{one.found:,} there, {one.expected:,} expected"
                stages = frozenset({_STAGES[one.what]})
                yield Finding(Fault.DISAGREES, one.what, detail, one.document_id, one.filename, stages=stages)

    def _look(self, item: NamedObject) -> tuple[int, Finding | None]:
        """Read one object to its end; returns its size, and with what is wrong with it."""
        try:
            with Path(os.devnull).open("wb") as nowhere:
                size = self.store.get_file(item.key, nowhere, sha256=item.sha256)
        except ObjectNotFoundError:
            return 0, _finding(Fault.MISSING, item, "not in the store")
        except ChecksumMismatchError as error:
            return 0, _finding(Fault.CHANGED, item, error.message)
        except StoreUnavailableError as error:
            # one object that cannot be read is a finding; a store that is away is not
            self.store.check()
            return 0, _finding(Fault.UNREADABLE, item, error.message)
        except PipelineError as error:
            return 0, _finding(Fault.UNREADABLE, item, error.message)
        if item.size is not None and size != item.size:
            return size, _finding(Fault.DISAGREES, item, f"{size:,} bytes; its row says {item.size:,}")
        return size, None

    def _objects(self, keys: Iterator[str], verified: Verified) -> None:
        while part := list(islice(keys, _SLICE)):
            ours = [key for key in part if key.startswith(orphan_objects.PREFIX)]
            left = [key for key in part if key.startswith(orphan_objects.CHECKS)]
            waiting = sum(key.startswith(pending_results.PREFIX) for key in part)
            verified.pending_results += waiting
            verified.others += len(part) - len(ours) - len(left) - waiting
            with self.open_uow() as uow:
                unnamed = uow.upkeep.unnamed(ours)
            for key in [*unnamed, *left]:
                if self._is_old(key):
                    verified.found.append(Finding(Fault.ORPHANED, "object", "no row names it", key=key))
                else:
                    verified.unnamed_young += 1

    def _is_old(self, key: str) -> bool:
        return key in self.store.written_before(key, datetime.now(UTC) - self.grace)


def _finding(fault: Fault, item: NamedObject, detail: str) -> Finding:
    stages = frozenset({item.stage} if item.stage else ())
    return Finding(fault, item.what, detail, item.document_id, item.filename, item.key, stages)
