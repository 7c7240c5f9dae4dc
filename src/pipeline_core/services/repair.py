"""Mending what verification found: from files where they stand, by running stages again, by removing orphans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import structlog

from pipeline_core.db.agreement import NamedObject
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.ids import CorrelationId, DocumentId, sha256_hex
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.lost_outputs import RestartLost
from pipeline_core.services.orphan_objects import OrphanObjects
from pipeline_core.services.verify import Fault, Finding

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class Repaired:
    """Mended documents, and the findings that are left."""

    stored_again: list[DocumentId] = field(default_factory=list)
    queued: list[DocumentId] = field(default_factory=list)
    removed: int = 0
    left: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Repair:
    """Mends what can be mended without anybody's help. Done again, it finds nothing left to do."""

    store: ObjectStore
    open_uow: OpenUnitOfWork
    orphans: OrphanObjects
    grace: timedelta

    def __call__(self, found: Sequence[Finding], *, by: str) -> Repaired:
        """Store lost originals again from where their files stand, have lost outputs made again, remove orphans.

        Raises:
            StoreUnavailableError, DatabaseUnavailableError: what was mended by then stays so; call it again.
        """
        repaired, run = Repaired(), CorrelationId(uuid4())
        of_document: dict[DocumentId, list[Finding]] = {}
        for finding in found:
            if finding.document_id is not None:
                of_document.setdefault(finding.document_id, []).append(finding)
        for document_id, findings in of_document.items():
            self._document(document_id, findings, repaired, by=by, run=run)
        orphans = [one for one in found if one.fault is Fault.ORPHANED]
        if orphans:
            removed = self.orphans.remove(self.grace)
            repaired.removed = len(removed)
            repaired.left += [one for one in orphans if one.key not in removed]
        return repaired

    def _document(
        self, document_id: DocumentId, findings: Sequence[Finding], repaired: Repaired, *, by: str, run: CorrelationId
    ) -> None:
        originals = [one for one in findings if one.is_original]
        if originals:
            if not self._store_again(document_id):
                # a stage that begins with the original would only fail for want of it
                repaired.left += findings
                return
            repaired.stored_again.append(document_id)
        stages: set[StageName] = {stage for one in findings for stage in one.stages}
        if RestartLost(self.open_uow)(document_id, stages, by=by, run=run):
            repaired.queued.append(document_id)
        else:
            repaired.left += [one for one in findings if not one.is_original]

    def _store_again(self, document_id: DocumentId) -> bool:
        """Store the original again from a file that is one of its sources; False if none has its bytes."""
        with self.open_uow() as uow:
            original = next((one for one in uow.agreement.named([document_id]) if one.what == "original"), None)
            sources = uow.agreement.sources(document_id)
        for source in sources:
            data = _bytes_at(source, original) if original else None
            if original and data is not None:
                self.store.put(original.key, data)
                log.warning("original_stored_again", document_id=str(document_id))
                return True
        return False


def _bytes_at(uri: str, original: NamedObject) -> bytes | None:
    """The bytes of a file of this machine, if they are the original's."""
    parts = urlsplit(uri)
    path = Path(unquote(parts.path))
    try:
        if parts.scheme != "file" or not path.is_file() or path.stat().st_size != original.size:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if sha256_hex(data) == original.sha256 else None
