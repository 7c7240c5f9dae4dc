"""A version of a document that comes back: staged as it was, and published from there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_core.db.documents import Documents
from pipeline_core.db.packed_rows import half
from pipeline_core.db.production import BUFFER_COLUMNS
from pipeline_core.db.session import Session
from pipeline_core.db.staging import matchable, record_pairs
from pipeline_core.db.substitutes import substitute
from pipeline_core.db.withdrawals import Arriving
from pipeline_core.domain.documents import Source
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.ids import BatchId, DocumentId, QuestionId, RealmId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Reverting
from pipeline_core.domain.same_words import VERSION
from pipeline_core.domain.staging import Embeddable, Matchable, Pair
from pipeline_core.domain.vectors import Vectors


class Reversions:
    """Part of a unit of work; each call is about one version of one document."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def holders(self, document_id: DocumentId, number: int, realm_id: RealmId) -> list[DocumentId]:
        """Return the documents that have a version of this number, of this one and other content of the same file."""
        return self._session.column("holders_of_version", document_id=document_id, number=number, realm_id=realm_id)

    def could_stand(self, document_id: DocumentId, instead_of: DocumentId) -> bool:
        """Return whether that one stands at a place at which this one stood."""
        return bool(self._session.all("places_to_take_back", document_id=document_id, instead_of=instead_of))

    def take_places_back(self, document_id: DocumentId, instead_of: DocumentId | None = None) -> None:
        """Let this document stand where it stood and that one stands.

        Without one, where a document stands that was put back in this one's stead.
        """
        rows = self._session.all("places_to_take_back", document_id=document_id, instead_of=instead_of)
        sources = [Source(row["uri"], document_id, row["filename"]) for row in rows]
        if sources:
            Documents(self._session).set_sources(rows[0]["realm_id"], sources)

    def foresee(
        self, document_id: DocumentId, number: int, realm_id: RealmId, leaving: Sequence[DocumentId] = ()
    ) -> Reverting | None:
        """Foresee what would come and go, and change nothing; None where the realm has no such document.

        ``leaving`` is later content of the file, which leaves for it.
        """
        return self._session.first(
            Reverting,
            "foresee_reversion",
            document_id=document_id,
            number=number,
            realm_id=realm_id,
            leaving=list(leaving),
            match_version=VERSION,
        )

    def to_match(self, document_id: DocumentId, number: int, leaving: Sequence[DocumentId]) -> list[Matchable]:
        """Read the facts of the version that production has not, as they are compared with what it has."""
        rows = self._session.all("facts_to_match", document_id=document_id, number=number, leaving=list(leaving))
        return [matchable(row) for row in rows]

    def decided_before(self, pairs: Sequence[Pair], hashes: Mapping[QuestionId, str]) -> list[Pair]:
        """Return the pairs with what people decided about the same texts before."""
        rows = self._session.all(
            "decided_before",
            staged_ids=[pair.staged for pair in pairs],
            existing_ids=[pair.existing for pair in pairs],
            hashes=[hashes[pair.staged] for pair in pairs],
        )
        known = {(row["staged_id"], row["existing_id"]): row["resolution"] for row in rows}
        return [replace(pair, resolution=known.get((pair.staged, pair.existing), pair.resolution)) for pair in pairs]

    def decide(self, pairs: Sequence[Pair], resolution: str, *, by: Reviewer) -> None:
        """Decide undecided pairs, as a reviewer says."""
        self._session.execute(
            "decide_undecided",
            staged_ids=[pair.staged for pair in pairs],
            existing_ids=[pair.existing for pair in pairs],
            resolution=resolution,
            by=by.by,
            notes=by.reason or None,
        )

    def take_out(self, document_id: DocumentId, number: int) -> tuple[list[Arriving], set[BatchId]]:
        """Delete what the version has not, and approve what published documents say in its place.

        Returns the facts of those that are to arrive, and the banks in which a copy of one is.
        """
        of = {"document_id": document_id, "number": number}
        self._session.execute("withdraw_other_questions", **of)
        self._session.execute("withdraw_other_chunks", **of)
        heirs: list[DocumentId] = self._session.column("heirs", document_ids=[document_id])
        if not heirs:
            return [], set()
        banks = substitute(self._session, heirs)
        return self._session.rows(Arriving, "arriving_facts", document_ids=heirs), banks

    def stage(self, document_id: DocumentId, number: int, *, by: Reviewer) -> None:
        """Stage the version as it was; what others say by now in the same words is left out for them."""
        of = {"document_id": document_id, "number": number}
        decided = {"user_id": by.user_id, "notes": _notes(number)}
        run = self._session.execute
        run("reject_others", **of, **decided)
        run("drop_staged_of_version", **of)
        run("drop_staged_chunks", **of)
        run("stage_chunks_of_version", **of, notes=_notes(number))
        run("stage_facts_of_version", **of, **decided, by=by.by)
        left_out = self._session.all("left_out_of_version", document_id=document_id, notes=_notes(number))
        record_pairs(
            self._session,
            [
                Pair(
                    row["question_id"], row["duplicate_of"], False, 1.0, "exact", "keep_existing", "the same words"
                )
                for row in left_out
            ],
        )  # fmt: skip

    def buffer(self, document_id: DocumentId, number: int, model: EmbeddingModel) -> list[Embeddable]:
        """Put the vectors that the version had into the buffer; returns what has none of the active model."""
        self._session.execute("clear_buffer", document_ids=[document_id])
        self._session.execute("buffer_past_vectors", document_id=document_id, number=number, model=model.name)
        rows = self._session.all("staged_without_vector", document_id=document_id, model=model.name)
        return [Embeddable(row["owner_id"], row["owner_kind"], row["content_sha256"], row["text"]) for row in rows]

    def fill(
        self,
        texts: Sequence[Embeddable],
        vectors: Mapping[str, Vectors],
        model: EmbeddingModel,
        version: str,
        *,
        of: tuple[DocumentId, RealmId],
    ) -> None:
        """Put vectors of texts into the buffer, by the hash of the text."""
        rows = [
            (
                text.owner_id,
                text.kind,
                *of,
                model.name,
                version,
                text.content_sha256,
                half(vectors[text.content_sha256]),
            )
            for text in texts
        ]
        self._session.copy("document_vector_buffer", BUFFER_COLUMNS, rows)

    def finish(
        self, document_id: DocumentId, number: int, *, by: Reviewer, instead_of: DocumentId | None = None
    ) -> None:
        """Restore the text that its quotes are from, have the next run begin anew, and keep on record who decided."""
        of = {"document_id": document_id, "number": number}
        self._session.execute("clear_buffer", document_ids=[document_id])
        self._session.execute("restore_published_text", **of)
        self._session.execute("forget_stages_of_version", document_id=document_id, notes=_notes(number))
        decided = {"user_id": by.user_id, "by": by.by, "reason": by.reason}
        self._session.execute("record_reversion", **of, **decided, instead_of=instead_of)


def _notes(number: int) -> str:
    return f"put back with version {number}"
