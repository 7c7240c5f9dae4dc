"""A fact's way back, in one moment."""

from pipeline_core.db.own_headings import EvidencePlace, headings_above
from pipeline_core.db.views import Views, only
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.rows.provenance import FactOrigin, FileOrigin, RunOrigin, Withdrawal

Traced = tuple[FactOrigin, list[str], FileOrigin | None, RunOrigin | None, Withdrawal | None]


class ProvenanceViews(Views):
    """One short transaction a fact, under the user's claims."""

    def trace(self, realm_id: RealmId, question_id: QuestionId) -> Traced:
        """A fact of the realm, the headings above its evidence, its file, its run, and how it was withdrawn, if it was.

        Raises:
            NotFoundError: the realm has no such fact.
        """
        with self._reading() as session:
            rows = session.rows(FactOrigin, "fact_origin", question_id=question_id, realm_id=realm_id)
            origin = only(rows, f"There is no fact {question_id}.")
            document_id = origin.document_id
            files = session.rows(FileOrigin, "file_origin", document_id=document_id) if document_id else []
            runs = session.rows(RunOrigin, "run_origin", document_id=document_id) if document_id else []
            gone = session.rows(
                Withdrawal, "withdrawal", realm_id=realm_id, question_id=question_id, document_id=document_id
            )
            spans = origin.evidence or []
            place = EvidencePlace(
                origin.chunk_id, spans[0]["char_from"] if spans else None, origin.published_at is not None
            )
            [headings] = headings_above(session, [place], self._ranking.headings_of)
        withdrawn = next(iter(gone), None) if origin.published_at is None else None
        return origin, headings, next(iter(files), None), next(iter(runs), None), withdrawn
