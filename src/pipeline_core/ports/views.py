"""Port: what people look at. Reads only; rows are plain dicts, ready for JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from pipeline_core.domain.ids import DocumentId, JobId, UserId
from pipeline_core.domain.search import SearchMode
from pipeline_core.ports.embedder import Vectors

Row = dict[str, Any]


class Views(Protocol):
    def jobs(
        self,
        user_id: UserId,
        *,
        document_ids: Sequence[DocumentId] | None = None,
        states: Sequence[str] | None = None,
        limit: int | None = 100,
    ) -> list[Row]:
        """A line for each document's newest job: counts, findings, progress, timing, cost; newest first.

        ``limit`` None shows them all. ``is_replaced`` says that a newer version of the file was published instead.
        """
        ...

    def progress(self, document_ids: Sequence[DocumentId]) -> list[Row]:
        """Where each document stands now: filename, stage, state, percent. Cheap enough to poll."""
        ...

    def run_documents(self, document_ids: Sequence[DocumentId]) -> list[Row]:
        """Each document with its user, facts, findings and what it waits for, as a run tells of it; everybody's."""
        ...

    def counts(self, user_id: UserId) -> Row:
        """How many jobs are in each state, and how much is published."""
        ...

    def resolve_job(self, user_id: UserId, text: str) -> JobId:
        """The job that the text names: a job id, a document id, a unique beginning of one, a file name, or a place.

        A place is a URI. Of several documents of one name, the one that stands at its place now is meant.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        ...

    def job(self, user_id: UserId, job_id: JobId) -> Row:
        """One job with its stages, findings, pairs of look-alikes, facts and last events."""
        ...

    def search(
        self,
        user_id: UserId,
        text: str,
        vector: Vectors | None,
        *,
        model: str,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
        is_next: bool = False,
    ) -> list[Row]:
        """Published passages by meaning, by words (BM25), or by both, best first, each with its best facts.

        A fact of a document is no hit of its own, but with ``kind`` ``fact``; a question of a bank always is.

        ``vector`` is the text's, by ``model``; a search by words alone needs none. ``kind`` (``fact`` or ``passage``)
        and ``document_ids`` leave the others out before anything is ranked. ``is_next``: the vectors of a model that
        is to replace the active one, where there are some.
        Each row has its ``similarity`` (None without vectors) and ``words``, the share of the text's words that it has.

        Raises:
            EmbeddingModelChangedError: production is in another model: embed the text anew.
        """
        ...

    def search_each_mode(
        self,
        user_id: UserId,
        questions: Sequence[tuple[str, Vectors]],
        *,
        model: str,
        limit: int,
        kind: str | None = None,
        is_next: bool = False,
    ) -> list[Mapping[SearchMode, list[Row]]]:
        """What ``search`` finds for each question and its vector by each mode, all within one moment.

        Of a hit no more than tells where it is from, and with it all its facts.

        Raises:
            EmbeddingModelChangedError: production is in another model.
        """
        ...

    def waiting_sources(self, user_id: UserId, text: str, *, least: float, limit: int = 3) -> list[Row]:
        """Documents that wait for a person and may have the answer, likeliest first.

        ``least``: the share of the question's words that one of their facts has.
        """
        ...

    def published_questions(self, user_id: UserId, *, after: UUID | None, limit: int) -> list[Row]:
        """Questions of published facts that have one, with their document, by id, from behind ``after``."""
        ...

    def count_not_asked(self, user_id: UserId) -> int:
        """How many published facts have no question, or come from no document."""
        ...

    def export(self, user_id: UserId, document_id: UUID) -> Row:
        """A document as published: chunks and facts with evidence, all of one moment; nothing is recorded.

        ``published_at`` is None where nothing is published (any more).
        """
        ...
