"""Published knowledge: searching it, evaluating the search, and changing the embedding model."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from pipeline_core.client.results import Found
from pipeline_core.client.wired import Wired
from pipeline_core.domain.evaluation import Evaluation, Expected
from pipeline_core.domain.rows.models import ModelRows
from pipeline_core.domain.search import Answer, SearchMode
from pipeline_core.services.evaluate import APPROVED


class Knowledge(Wired):
    """Search over published knowledge, its evaluation and its embedding model."""

    def search(
        self,
        text: str,
        *,
        limit: int = 5,
        nearest: bool = False,
        mode: SearchMode = SearchMode.HYBRID,
        as_of: datetime | None = None,
    ) -> Found:
        """Ask what was published: passages with their facts by meaning and by words, best first.

        Empty where nothing answers; ``nearest`` gives what comes nearest all the same. ``Found.waiting`` names the
        documents that may have the answer, or a better one, once they are reviewed. ``as_of`` asks what was published
        at that moment; ``then`` of each hit and fact says in which version, and who let it in.
        """
        answer = self.answer(text, limit=limit, mode=mode, as_of=as_of)
        return Found(answer.nearest if nearest else answer.hits, answer)

    def answer(
        self, text: str, *, limit: int = 5, mode: SearchMode = SearchMode.HYBRID, as_of: datetime | None = None
    ) -> Answer:
        """As ``search``, with what comes nearest beside what answers, ready for JSON.

        Raises:
            EmbeddingModelChangedError: the active model changed while it was asked; ask again.
            RefusedError: what was published at that moment is not known any more.
        """
        return self._app.search.answer(self.realm_id, text, limit=limit, mode=mode, as_of=as_of)

    def evaluate(
        self, questions: Iterable[Expected] | None = None, *, model: str | None = None, limit: int | None = None
    ) -> Evaluation:
        """Measure how well questions find their sources, by meaning, by words and by both.

        Args:
            questions: What is asked, and where the answer is; without it, the questions of published facts.
            model: Another model than the active one, whose vectors are filled beside it.
            limit: Most questions to ask, 0 is all; without it all that are given, of published facts 1,000.

        Raises:
            RefusedError: there is no such model.
            EmbeddingModelChangedError: the active model changed meanwhile.
        """
        evaluate = self._app.evaluate
        if questions is None:
            most = APPROVED if limit is None else limit or None
            return evaluate.from_approved(self.realm_id, model=model, limit=most)
        return evaluate(self.realm_id, islice(questions, limit or None), model=model)

    def models(self) -> list[ModelRows]:
        """The embedding models that production was or is in, or that are being filled; the active one first."""
        return self._app.reembed.models()

    def reembed(self, model: str) -> list[ModelRows]:
        """Change the embedding model of what is published, and return ``models``; after a stop, call it again.

        Raises:
            RefusedError: there is no such model.
            ServiceUnavailableError: the Prefect server did not answer.
        """
        self._app.embedders.named(model)  # refused before Prefect is started
        self._app.launcher.run("pipeline_core.flows.reembed.reembed", model=model)
        return self.models()

    def abandon_reembedding(self) -> list[ModelRows]:
        """Drop what was filled for a model that is not active, and return ``models``."""
        self._app.reembed.clean()
        return self.models()
