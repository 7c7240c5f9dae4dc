"""Measuring search: questions whose source is known, asked by meaning, by words and by both."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from pipeline_core.db.views import Views
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import PLACES, Evaluation, Expected
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.search import SearchMode
from pipeline_core.ports.embedder import Embedder, embed_questions
from pipeline_core.services.embedders import EmbedderRegistry

_AT_A_TIME = 64
APPROVED = 1000
"""Published questions that are asked if nobody says how many: a sample, of which a share is known to about 0.01."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Questions are taken a few at a time, and only sums are kept."""

    views: Views
    embedders: EmbedderRegistry

    def __call__(
        self, realm_id: RealmId, questions: Iterable[Expected], *, model: str | None = None, kind: str | None = None
    ) -> Evaluation:
        """Ask each question in each mode.

        Args:
            realm_id: Whose documents are searched.
            questions: What is asked, and where the answer is.
            model: Another model than the active one, whose vectors are filled beside the live ones.
            kind: Only ``fact`` or only ``passage`` hits count.

        Raises:
            RefusedError: there is no such model.
            EmbeddingModelChangedError: the active model changed meanwhile: figures of two would be mixed.
        """
        active = self.embedders.active()
        embedder = active if model in (None, active.model) else self.embedders.named(model)
        is_next = embedder.model != active.model
        result = Evaluation(embedder.model)
        remaining = iter(questions)
        while part := list(islice(remaining, _AT_A_TIME)):
            self._part(realm_id, part, embedder, result, is_next=is_next, kind=kind)
        return result

    def _part(
        self,
        realm_id: RealmId,
        part: list[Expected],
        embedder: Embedder,
        result: Evaluation,
        *,
        is_next: bool,
        kind: str | None,
    ) -> None:
        vectors = embed_questions(embedder, [expected.question for expected in part]).vectors
        found = self.views.search_each_mode(
            realm_id,
            [(expected.question, vector) for expected, vector in zip(part, vectors, strict=True)],
            model=embedder.model,
            limit=PLACES,
            kind=kind,
            is_next=is_next,
        )
        for expected, by_mode in zip(part, found, strict=True):
            for mode, hits in by_mode.items():
                result.scores[mode].add(expected.rank(hits))

    def from_approved(self, realm_id: RealmId, *, model: str | None = None, limit: int | None = APPROVED) -> Evaluation:
        """Ask the questions of published facts; a passage of the same document is the expected source.

        Facts themselves are left out of the search: each would find itself. Questions of banks come from no document
        and are counted as skipped, as are facts without a question. ``limit``: how many are asked (None: all). They
        come in the order of their ids, which are hashes: a sample, and the same one each time.

        Raises:
            As ``__call__``; RefusedError where no fact is published.
        """
        skipped = self.views.count_not_asked(realm_id)
        result = self(realm_id, islice(self._published(realm_id), limit), model=model, kind="passage")
        if not result.scores[SearchMode.HYBRID].questions:
            raise RefusedError(
                "No published fact of a document has a question.",
                action="Publish some documents first, with `pipeline run`.",
            )
        result.skipped = skipped
        return result

    def _published(self, realm_id: RealmId) -> Iterator[Expected]:
        last: UUID | None = None
        while rows := self.views.published_questions(realm_id, after=last, limit=_AT_A_TIME):
            for row in rows:
                yield Expected(row.question, document_id=row.document_id)
            last = rows[-1].question_id
