"""The active embedding model, and the vectors of its successor."""

from collections.abc import Sequence
from uuid import UUID

from pipeline_core.db.packed_rows import half
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import ConfigurationError, EmbeddingModelChangedError, LedgerError
from pipeline_core.domain.rows.models import ModelRows
from pipeline_core.domain.staging import Embeddable
from pipeline_core.domain.vectors import Vectors

MODEL_LOCK_CLASS = 771401
"""Advisory locks: object 0 is shared by those who publish, object 1 is whoever's who changes the model."""

_WITHOUT_VECTOR = {"chunk": "chunks_without_vector", "question": "questions_without_vector"}
_NEXT_COLUMNS = {
    "owner_id": "uuid",
    "embed_model": "text",
    "owner_kind": "text",
    "embed_version": "text",
    "content_sha256": "text",
    "vector": "halfvec",
}


class Models:
    """Part of a unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def active(self) -> EmbeddingModel | None:
        """The model that every vector in production is of; None until something is published."""
        return _one(self._session.all("active_model"))

    def all(self) -> list[ModelRows]:
        """Every model that production was or is in, or that is being filled, with its rows; the active one first."""
        return self._session.rows(ModelRows, "models")

    def hold(self, model: EmbeddingModel) -> None:
        """Keep this model active to the end of the transaction; it becomes so where none is.

        To be called before rows of production are touched, after the users' matching lock and before any other.

        Raises:
            EmbeddingModelChangedError: another one is active by now.
        """
        self._session.execute("hold_model", lock_class=MODEL_LOCK_CLASS)
        active = self.active()
        if active is None:
            self._session.execute("adopt_model", model=model.name, dims=model.dims)
            active = self.active()
        if active != model:
            raise EmbeddingModelChangedError(f"Vectors of {model.name} came; production is in {active} by now.")

    def register(self, model: EmbeddingModel) -> None:
        """Make a model known, to be filled beside the active one.

        Raises:
            ConfigurationError: it is known with vectors of another length.
        """
        self._session.execute("register_model", model=model.name, dims=model.dims)
        known = _one(self._session.all("known_model", model=model.name))
        if known is not None and known.dims != model.dims:
            raise ConfigurationError(
                f"{model.name} makes vectors of {model.dims} numbers; the database knows it with {known.dims}.",
                action="Set its length back, or name the model with it (NAME@LENGTH): vectors of one model are of one "
                "length.",
            )

    def without_vector(self, model: str, *, kind: str, after: UUID | None, limit: int) -> list[Embeddable]:
        """Published chunks or questions that the model has no vector of, by id, from behind ``after``."""
        rows = self._session.all(_WITHOUT_VECTOR[kind], model=model, after=after, limit=limit)
        return [Embeddable(row["owner_id"], row["owner_kind"], row["content_sha256"], row["text"]) for row in rows]

    def put_next(self, texts: Sequence[Embeddable], vectors: Vectors, *, model: str, version: str) -> None:
        """Put vectors beside the live ones; instead of those that are there for the same rows."""
        self._session.execute("clear_next", owner_ids=[text.owner_id for text in texts], model=model)
        rows = [
            (text.owner_id, model, text.kind, version, text.content_sha256, half(vector))
            for text, vector in zip(texts, vectors, strict=True)
        ]
        self._session.copy("next_vectors", _NEXT_COLUMNS, rows)

    def lock_production(self) -> None:
        """Let nobody else write published rows to the end of the transaction; readers go on."""
        self._session.execute("let_statements_take_long")
        self._session.execute("lock_production")

    def switch(self, model: EmbeddingModel, *, recall: float | None) -> tuple[int, int]:
        """Give every chunk and question its vector of the model, and make it the active one.

        Returns the numbers of chunks and questions.

        Raises:
            LedgerError: some have no vector of it.
        """
        run = self._session.execute
        run("deactivate_model")
        run("activate_model", model=model.name, recall=recall)
        chunks, questions = run("switch_chunks", model=model.name), run("switch_questions", model=model.name)
        behind = self._session.all("left_behind", model=model.name)[0]["rows"]
        if behind:
            raise LedgerError(
                f"{behind} chunks and questions would have kept vectors of another model.", where=model.name
            )
        return chunks, questions

    def forget_next(self, limit: int) -> int:
        """Delete up to ``limit`` of the vectors that wait beside the live ones; returns their number."""
        return self._session.execute("forget_next", limit=limit)

    def forget_candidates(self) -> None:
        """Forget the models that never became active; their vectors must be gone."""
        self._session.execute("forget_candidates")


def _one(rows: Sequence[Row]) -> EmbeddingModel | None:
    return EmbeddingModel(rows[0]["embed_model"], rows[0]["dims"]) if rows else None
