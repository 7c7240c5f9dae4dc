"""Views for people: jobs, documents, search and exports."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote
from uuid import UUID

from pipeline_core.db.database import Database
from pipeline_core.db.job_lists import DOCUMENT_JOBS
from pipeline_core.db.listing import R
from pipeline_core.db.parking import parked_shown
from pipeline_core.db.past_search import require_remembered, search_as_of
from pipeline_core.db.review import findings_of
from pipeline_core.db.searching import Query, Ranking, hit_of, search, search_by_each_mode
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.exported import ExportedChunk, ExportedDocument, ExportedFact, ExportedFile
from pipeline_core.domain.rows.facts import ChunkOutcome, DocumentPair, LeftOutFact, WeighedFact
from pipeline_core.domain.rows.jobs import Counts, DocumentJob, JobEvent, Progress, RunDocument, StageTiming
from pipeline_core.domain.rows.search import Hit, PublishedQuestion, Source, WaitingSource
from pipeline_core.domain.search import SearchMode
from pipeline_core.domain.vectors import Vectors

T = TypeVar("T")
_ID_BEGINNING = re.compile(r"[0-9a-f-]{4,36}")


class Views:
    """Each call is one short transaction."""

    def __init__(self, database: Database, *, claims: str | None = None, ranking: Ranking | None = None) -> None:
        """``claims`` (JSON) are the token of the user who looks: row-level security reads them."""
        self._database = database
        self._claims = claims
        self._ranking = ranking or Ranking()

    @contextmanager
    def _reading(self, *, one_moment: bool = True) -> Iterator[Session]:
        """One transaction, which sees one moment however many queries it has; a single query does so by itself.

        Raises:
            PipelineError: psycopg's errors, translated.
        """
        with self._database.lend() as connection:
            if one_moment:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Session(connection, claims=self._claims)
            connection.commit()

    def _all(self, name: str, /, **params: Any) -> list[Row]:
        with self._reading(one_moment=False) as session:
            return session.all(name, **params)

    def _rows(self, kind: type[R], name: str, /, **params: Any) -> list[R]:
        with self._reading(one_moment=False) as session:
            return session.rows(kind, name, **params)

    def jobs(
        self,
        realm_id: RealmId,
        *,
        document_ids: Sequence[DocumentId] | None = None,
        states: Sequence[str] | None = None,
        limit: int | None = 100,
    ) -> list[DocumentJob]:
        """Each document's newest job: counts, findings, progress, timing, cost; newest first.

        ``limit`` None shows them all.
        """
        with self._reading(one_moment=False) as session:
            return session.select(
                DOCUMENT_JOBS,
                realm_id=realm_id,
                document_ids=list(document_ids) if document_ids is not None else None,
                states=list(states) if states is not None else None,
                limit=limit,
            )

    def progress(self, document_ids: Sequence[DocumentId]) -> list[Progress]:
        """The present position of each document. Cheap enough to poll."""
        return self._rows(Progress, "view_progress", document_ids=list(document_ids))

    def run_documents(self, document_ids: Sequence[DocumentId]) -> list[RunDocument]:
        """Each document with its user, facts, findings and what it waits for, as a run tells of it; everybody's."""
        return self._rows(RunDocument, "view_run_documents", document_ids=list(document_ids))

    def counts(self, realm_id: RealmId) -> Counts:
        """The number of jobs in each state, and of published documents, chunks and facts."""
        [counts] = self._rows(Counts, "view_counts", realm_id=realm_id)
        return counts

    def resolve_job(self, realm_id: RealmId | None, text: str) -> JobId:
        """The newest job of the document that the text names, as ``resolve_document``; of any realm without one."""
        return JobId(self._meant(realm_id, text)["job_id"])

    def resolve_document(self, realm_id: RealmId, text: str) -> DocumentId:
        """The document that the text names: a job id, its own id, a unique beginning of one, its file name, or a place.

        A place is a URI. Of several documents of one name, the one that stands at its place now is meant.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        return DocumentId(self._meant(realm_id, text)["document_id"])

    def _meant(self, realm_id: RealmId | None, text: str) -> Row:
        # an empty or very short text would name whatever happens to be the only document
        prefix = f"{text.lower()}%" if _ID_BEGINNING.fullmatch(text.lower()) else ""
        rows = self._all("view_find_jobs", realm_id=realm_id, prefix=prefix, name=text)
        if not rows:
            raise NotFoundError(f"No job, document or file is named {_readable(text)}.")
        # an edited file leaves its former content behind under the same name
        meant = [row for row in rows if row["is_current"] or row["is_by_id"]] or rows
        if len(meant) > 1:
            names = ", ".join(f"{str(row['job_id'])[:8]} ({_place(row)})" for row in meant[:5])
            raise NotFoundError(f"{text} could be any of {names}.", action="Name one by its id, or by its path.")
        return meant[0]

    def job(self, realm_id: RealmId | None, job_id: JobId) -> DocumentDetail:
        """One job with its stages, findings, pairs of near-duplicates, facts and last events."""
        with self._reading() as session:
            of_job = session.column("view_document_of", job_id=job_id)
            rows = session.select_columns(DOCUMENT_JOBS, realm_id=realm_id, document_ids=of_job, limit=1)
            row = only(rows, f"There is no job {job_id}.")
            document_id = row["document_id"]
            return DocumentDetail(
                **row,
                stages=session.rows(StageTiming, "view_job_stages", document_id=document_id),
                findings=findings_of(session, job_id),
                returned_for=returned_for(session, job_id),
                pairs=session.rows(DocumentPair, "document_pairs", document_id=document_id),
                ledger=session.rows(ChunkOutcome, "view_chunk_outcomes", document_id=document_id),
                left_out_facts=session.rows(LeftOutFact, "view_left_out", document_id=document_id),
                to_decide=session.rows(WeighedFact, "view_to_decide", document_id=document_id),
                parked=parked_shown(session, job_id),
                events=session.rows(JobEvent, "view_job_events", job_id=job_id, realm_id=realm_id),
            )

    def search(
        self,
        realm_id: RealmId,
        text: str,
        vector: Vectors | None,
        *,
        model: str,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
        is_next: bool = False,
        as_of: datetime | None = None,
    ) -> list[Hit]:
        """Published passages by meaning, by words (BM25), or by both, best first, each with its best facts.

        A fact of a document is no hit of its own, but with ``kind`` ``fact``; a question of a bank always is.

        ``vector`` is the text's, by ``model``; a search by words alone needs none. ``kind`` (``fact`` or ``passage``)
        and ``document_ids`` leave the others out before anything is ranked. ``is_next``: the vectors of a model that
        is to replace the active one, where there are some. ``as_of``: what was published at that moment, as it was.
        Each row has its ``similarity`` (None without vectors) and ``words``, the share of the text's words that it has.

        Raises:
            EmbeddingModelChangedError: production is in another model: embed the text anew.
            RefusedError: what was published at that moment is not known any more.
        """
        among = list(document_ids) if document_ids is not None else None
        query = Query(realm_id, text, vector, model, kind, among, mode, is_next)
        with self._reading() as session:
            if as_of is None:
                rows = search(session, query, self._ranking, limit=limit)
            else:
                rows = search_as_of(session, query, self._ranking, as_of, limit=limit)
        return [hit_of(row, self._ranking.headings_of) for row in rows]

    def search_each_mode(
        self,
        realm_id: RealmId,
        questions: Sequence[tuple[str, Vectors]],
        *,
        model: str,
        limit: int,
        kind: str | None = None,
        is_next: bool = False,
    ) -> list[Mapping[SearchMode, list[Source]]]:
        """Search by each mode for each question and its vector, all within one moment.

        A hit has only what tells where it is from, and all its facts.

        Raises:
            EmbeddingModelChangedError: production is in another model.
        """
        with self._reading() as session:
            asked = [
                Query(realm_id, text, vector, model, kind, None, SearchMode.HYBRID, is_next)
                for text, vector in questions
            ]
            return search_by_each_mode(session, asked, self._ranking, limit=limit)

    def waiting_sources(self, realm_id: RealmId, text: str, *, least: float, limit: int = 3) -> list[WaitingSource]:
        """Documents that wait for a person and may have the answer, likeliest first.

        ``least``: the share of the question's words that one of their facts has.
        """
        return self._rows(WaitingSource, "waiting_sources", realm_id=realm_id, text=text, least=least, limit=limit)

    def published_questions(self, realm_id: RealmId, *, after: UUID | None, limit: int) -> list[PublishedQuestion]:
        """Questions of published facts that have one, with their document, by id, from behind ``after``."""
        return self._rows(PublishedQuestion, "published_questions", realm_id=realm_id, after=after, limit=limit)

    def published_samples(self, realm_id: RealmId, *, limit: int) -> list[str]:
        """A few questions that are published, or statements where there are not as many; none in a certain order."""
        return [str(row["text"]) for row in self._all("published_samples", realm_id=realm_id, limit=limit)]

    def count_not_asked(self, realm_id: RealmId) -> int:
        """The number of published facts that have no question, or come from no document."""
        return int(self._all("count_not_asked", realm_id=realm_id)[0]["questions"])

    def export(self, realm_id: RealmId, document_id: UUID, as_of: datetime | None = None) -> ExportedDocument:
        """A document as published: chunks and facts with evidence, all of one moment; nothing is recorded.

        ``published_at`` is None where nothing is published (any more). ``as_of``: as it was published at that moment,
        be it with other content, which is another document; its files are those of its last run, and left out.

        Raises:
            NotFoundError: there is no such document.
            RefusedError: what was published at that moment is not known any more.
        """
        with self._reading() as session:
            of = "" if as_of is None else "_as_of"
            at: dict[str, Any] = {"document_id": document_id} | ({} if as_of is None else {"moment": as_of})
            if as_of is not None:
                require_remembered(session, as_of)
            rows = session.all(f"export_document{of}", realm_id=realm_id, **at)
            found = only(rows, f"There is no document {document_id}.")
            at |= {"document_id": found["document_id"]}
            return ExportedDocument(
                **found,
                chunks=session.rows(ExportedChunk, f"export_chunks{of}", **at),
                facts=session.rows(ExportedFact, f"export_facts{of}", **at),
                files=[] if as_of else session.rows(ExportedFile, "export_files", document_id=document_id),
            )


def returned_for(session: Session, job_id: JobId) -> list[FindingRow]:
    """The findings for which a waiting document was returned to matching review."""
    returned = session.all("view_returned_findings", job_id=job_id)
    return (returned[0]["findings"] or []) if returned else []


def only(rows: Sequence[T], otherwise: str) -> T:
    """The first row.

    Raises:
        NotFoundError: there is none; ``otherwise`` says so.
    """
    if not rows:
        raise NotFoundError(otherwise)
    return rows[0]


def _place(row: Row) -> str:
    """The document's place as people write it, or its file name if it has none."""
    return _readable(row["place"]) if row["place"] else str(row["filename"])


def _readable(text: str) -> str:
    return unquote(text.removeprefix("file://")) if text.startswith("file://") else text
