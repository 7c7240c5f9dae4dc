"""Documents that leave production, and the facts that others say as well, which come in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.db.packed_rows import half
from pipeline_core.db.production import BUFFER_COLUMNS
from pipeline_core.db.session import Session, json_text
from pipeline_core.db.substitutes import substitute
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.ids import BatchId, DocumentId, Ids, JobId, QuestionId, RealmId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Arriving:
    """A fact that comes in the place of one that left."""

    owner_id: QuestionId
    content_sha256: str
    text: str
    document_id: DocumentId
    realm_id: RealmId
    match_sha256: str


@dataclass(frozen=True, slots=True)
class Left:
    """A document that has left: ``taken_over`` are the facts that came, by those that went."""

    leaving: Leaving
    job_id: JobId
    taken_over: Mapping[QuestionId, QuestionId]


class Withdrawals:
    def __init__(self, session: Session) -> None:
        self._session = session

    def foresee(self, document_ids: Ids) -> dict[DocumentId, Leaving]:
        """Foresee the rows that would leave, and change nothing."""
        rows = self._session.rows(Leaving, "foresee_withdrawals", document_ids=list(document_ids))
        return {row.document_id: row for row in rows}

    def facts(self, document_ids: Ids) -> dict[DocumentId, dict[str, QuestionId]]:
        """The published facts of each document, by the hash of their words."""
        found: dict[DocumentId, dict[str, QuestionId]] = {document_id: {} for document_id in document_ids}
        for row in self._session.all("facts_by_words", document_ids=list(document_ids)):
            found[row["document_id"]][row["match_sha256"]] = row["question_id"]
        return found

    def take_out(self, document_ids: Ids) -> tuple[list[Arriving], set[BatchId]]:
        """Delete what these documents have in production, and approve what published ones say in its place.

        Returns the facts that are to arrive, and the banks in which a copy of one is.
        """
        ids, run = list(document_ids), self._session.execute
        run("withdraw_questions", document_ids=ids)
        run("withdraw_chunks", document_ids=ids)
        run("unpublish_documents", document_ids=ids)
        heirs: list[DocumentId] = self._session.column("heirs", document_ids=ids)
        if not heirs:
            return [], set()
        banks = substitute(self._session, heirs)
        return self._session.rows(Arriving, "arriving_facts", document_ids=heirs), banks

    def publish(
        self, arriving: Sequence[Arriving], vectors: Mapping[str, Vectors], model: EmbeddingModel, version: str
    ) -> None:
        """Put these facts into production with their vectors, by the hash of their text."""
        ids = [fact.owner_id for fact in arriving]
        rows = [
            (
                fact.owner_id,
                "question",
                fact.document_id,
                fact.realm_id,
                model.name,
                version,
                fact.content_sha256,
                half(vectors[fact.content_sha256]),
            )
            for fact in arriving
        ]
        self._session.execute("forget_buffered", question_ids=ids)
        self._session.copy("document_vector_buffer", BUFFER_COLUMNS, rows)
        document_ids = list({fact.document_id for fact in arriving})
        self._session.execute("publish_questions", document_ids=document_ids, question_ids=ids, model=model.name)
        self._session.execute("mark_arrived", question_ids=ids)
        self._session.execute("forget_buffered", question_ids=ids)

    def record(self, left: Sequence[Left], *, by: Reviewer) -> None:
        """Keep on record what left and what came in its place; ``by`` has the reason."""
        self._session.execute(
            "record_withdrawals",
            document_ids=[one.leaving.document_id for one in left],
            job_ids=[one.job_id for one in left],
            published_at=[one.leaving.published_at for one in left],
            chunks=[one.leaving.chunks for one in left],
            facts=[one.leaving.facts for one in left],
            taken_over=[json_text({str(old): new for old, new in one.taken_over.items()}) for one in left],
            user_id=by.user_id,
            by=by.by,
            reason=by.reason,
        )
        came = {old: new for one in left for old, new in one.taken_over.items()}
        if came:
            self._session.execute("record_arrivals", old_ids=list(came), new_ids=list(came.values()))
