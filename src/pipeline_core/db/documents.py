"""Documents in PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_core.db.older_documents import OlderRow
from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.documents import Document, Source
from pipeline_core.domain.ids import CorrelationId, DocumentId, Ids, RealmId, document_id_for
from pipeline_core.domain.jobs import JobSummary, PublishedDocument
from pipeline_core.domain.labels import NO_LABELS, Labels
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName, Workflow
from pipeline_core.domain.wished import NOTHING_WISHED, USUAL_PRIORITY, Wished


def summary_from(row: Row) -> JobSummary:
    return JobSummary(
        document_id=row["document_id"],
        job_id=row["job_id"],
        filename=row["filename"],
        stage=JobStage(row["stage"]),
        state=JobState(row["state"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        is_published=row["published_at"] is not None,
        config_sha256=row["config_sha256"],
        workflow=row["workflow_type"],
        last_error=row["last_error"],
        profile=Profile(row["profile"]),
        wished=Wished.of_thresholds(row["policy"]),
        is_stopped=row["is_stopped"],
        priority=row["priority"],
    )


@dataclass(frozen=True, slots=True)
class MovableDocument:
    """A document, by what decides whether it can be moved."""

    realm_id: RealmId
    filename: str
    file_sha256: str
    state: JobState


class Documents:
    def __init__(self, session: Session) -> None:
        self._session = session

    def register(
        self,
        documents: Sequence[Document],
        *,
        realm_id: RealmId,
        correlation_id: CorrelationId,
        workflow: str,
        submitted_via: str = "direct",
        wished: Wished = NOTHING_WISHED,
    ) -> set[DocumentId]:
        """Make documents with their job, workflow, stage rows and first event; returns those that are new.

        ``submitted_via`` is ``http`` or ``direct``: the limits of HTTP count what came over HTTP. ``workflow`` is that
        of documents for which none is wished; the thresholds hold for every run of the documents.
        """
        return set(
            self._session.column(
                "register_documents",
                realm_id=realm_id,
                correlation_id=correlation_id,
                workflow=wished.workflow or workflow,
                profile=wished.profile or Profile.STANDARD,
                priority=wished.priority or USUAL_PRIORITY,
                policy=json_text(wished.thresholds_json()),
                submitted_via=submitted_via,
                document_ids=[d.document_id for d in documents],
                job_ids=[d.job_id for d in documents],
                titles=[d.filename for d in documents],
                filenames=[d.filename for d in documents],
                mimes=[d.mime for d in documents],
                sizes=[d.bytes_len for d in documents],
                checksums=[d.file_sha256 for d in documents],
                raw_paths=[d.raw_path for d in documents],
            )
        )

    def ids_of(self, realm_id: RealmId, checksums: Iterable[str]) -> dict[str, DocumentId]:
        """The id that each content has in the realm, or will have once it is registered there."""
        todo = list(dict.fromkeys(checksums))
        rows = self._session.all("documents_of_contents", realm_id=realm_id, checksums=todo)
        ids = {row["file_sha256"]: DocumentId(row["document_id"]) for row in rows}
        todo, moved = [checksum for checksum in todo if checksum not in ids], 0
        while todo:
            derived = {document_id_for(realm_id, checksum, moved): checksum for checksum in todo}
            rows = self._session.all("taken_elsewhere", realm_id=realm_id, document_ids=list(derived))
            elsewhere = {row["document_id"] for row in rows}
            ids |= {checksum: one for one, checksum in derived.items() if one not in elsewhere}
            todo, moved = [derived[one] for one in elsewhere], moved + 1
        return ids

    def known_contents(self, realm_id: RealmId, checksums: Sequence[str]) -> set[str]:
        """The contents, of these, that documents of the realm have."""
        rows = self._session.all("documents_of_contents", realm_id=realm_id, checksums=list(checksums))
        return {row["file_sha256"] for row in rows}

    def of_content(self, realm_id: RealmId, checksum: str) -> DocumentId | None:
        """The realm's document of this content."""
        rows = self._session.all("documents_of_contents", realm_id=realm_id, checksums=[checksum])
        return DocumentId(rows[0]["document_id"]) if rows else None

    def to_move(self, document_id: DocumentId) -> MovableDocument | None:
        """The document under a lock, as a move has to know it."""
        return self._session.first(MovableDocument, "document_to_move", document_id=document_id)

    def move(self, document_id: DocumentId, realm_id: RealmId) -> None:
        """Put a document and all that belongs to it into another realm, under the matching locks of both."""
        self._session.all("move_document", document_id=document_id, realm_id=realm_id)

    def published(self, realm_id: RealmId) -> list[PublishedDocument]:
        """The user's documents that are in production, the oldest first."""
        return self._session.rows(PublishedDocument, "published_documents", realm_id=realm_id)

    def set_workflow(self, document_ids: Ids, workflow: Workflow) -> None:
        """Have a person asked about known documents, or only where something is to be decided."""
        if document_ids:
            self._session.execute("set_workflow", document_ids=list(document_ids), workflow=workflow)

    def wish(self, document_ids: Ids, wished: Wished) -> None:
        """Keep other thresholds for known documents, instead of those that they had, if any are said."""
        if wished != NOTHING_WISHED:
            self._session.execute(
                "wish_policy", document_ids=list(document_ids), policy=json_text(wished.thresholds_json())
            )

    def set_sources(self, realm_id: RealmId, sources: Sequence[Source]) -> None:
        """Record which document each source holds now, and show each document by a name that it has now.

        Where a reviewer put earlier content back, that stays, until the file changes or the later content is retried.
        """
        uris, ids = [source.uri for source in sources], [source.document_id for source in sources]
        self._session.ahead("lock_sources", "places_gone_back", realm_id=realm_id, uris=uris, document_ids=ids)
        gone_back = self._session.column("places_gone_back", realm_id=realm_id, uris=uris, document_ids=ids)
        sources = [source for source in sources if source.uri not in gone_back]
        uris, ids = [source.uri for source in sources], [source.document_id for source in sources]
        filenames = [source.filename for source in sources]
        with self._session.together():
            self._session.execute("retire_sources", realm_id=realm_id, uris=uris, document_ids=ids)
            self._session.execute("point_sources", realm_id=realm_id, uris=uris, document_ids=ids, filenames=filenames)
            self._session.execute("rename_documents", realm_id=realm_id, uris=uris)

    def lock_places(self, document_ids: Ids) -> None:
        """Until the transaction ends, nobody changes what the places of these documents hold."""
        self._session.execute("lock_sources_of", document_ids=list(document_ids))

    def sources_left(self, realm_id: RealmId, sources: Sequence[Source]) -> list[str]:
        """Return the other sources of documents that had to give up one of these sources to another document."""
        uris, ids = [source.uri for source in sources], [source.document_id for source in sources]
        return self._session.column("sources_left", realm_id=realm_id, uris=uris, document_ids=ids)

    def vacate(self, realm_id: RealmId, uris: Sequence[str]) -> None:
        """Record that these sources hold no document any more."""
        if uris:
            self._session.execute("vacate_sources", realm_id=realm_id, uris=list(uris))
            self._session.execute("rename_documents", realm_id=realm_id, uris=list(uris))

    def label(self, document_ids: Collection[DocumentId], labels: Labels) -> None:
        """Add tags to documents, and put them into a collection if one is named."""
        if labels != NO_LABELS:
            self._session.execute(
                "label_documents",
                document_ids=list(document_ids),
                tags=list(labels.tags),
                collection=labels.collection,
            )

    def describe(self, rows: Mapping[DocumentId, OlderRow]) -> None:
        """Give documents the title, the times and, as their collection, the realm that they had elsewhere."""
        self._session.execute(
            "describe_documents",
            document_ids=list(rows),
            collections=[(row.realm_id or "").strip() or None for row in rows.values()],
            titles=[row.title for row in rows.values()],
            created=[row.created_at for row in rows.values()],
            updated=[row.updated_at for row in rows.values()],
        )

    def originals(self, document_ids: Ids) -> dict[DocumentId, str]:
        """Under which key the original of each is stored."""
        return self._session.mapping("find_originals", document_ids=list(document_ids))

    def find(self, document_ids: Ids) -> dict[DocumentId, JobSummary]:
        rows = self._session.all("find_documents", document_ids=list(document_ids))
        return {row["document_id"]: summary_from(row) for row in rows}

    def revived(self, realm_id: RealmId, published: Ids) -> dict[DocumentId, CorrelationId]:
        """Documents that wait because publishing one of these withdrew their duplicate, with their correlation ids."""
        names = [str(document_id) for document_id in published]
        return self._session.mapping("revived_documents", realm_id=realm_id, published=names)

    def stale_stages(self, document_ids: Ids, configs: Mapping[StageName, str]) -> dict[DocumentId, StageName]:
        """The first stage of each document that ran under another configuration than the present one."""
        rows = self._session.all(
            "stale_stages",
            document_ids=list(document_ids),
            stage_names=[str(name) for name in configs],
            configs=list(configs.values()),
        )
        return {row["document_id"]: StageName(row["stage_name"]) for row in rows}

    def stale_comparisons(self, document_ids: Ids, config: Mapping[str, Any]) -> set[DocumentId]:
        """Documents whose facts were compared with others under another configuration than the present one."""
        return set(self._session.column("stale_comparisons", document_ids=list(document_ids), config=json_text(config)))

    def displacing(self, document_ids: Ids) -> set[DocumentId]:
        """Published ones among these that stand where another one did, which has no source left but is published."""
        return set(self._session.column("displacing_documents", document_ids=list(document_ids)))

    def set_parsed(self, rows: Sequence[tuple[DocumentId, str, str, int | None, str, str]]) -> None:
        """Markdown path, its sha256, the page count, what a page of it is, and the title of each document."""
        ids, paths, checksums, pages, units, titles = zip(*rows, strict=True)
        self._session.execute(
            "set_parsed",
            document_ids=list(ids),
            paths=list(paths),
            checksums=list(checksums),
            pages=list(pages),
            units=list(units),
            titles=list(titles),
        )
