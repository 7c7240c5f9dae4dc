"""Changing the embedding model of what is published, while it is searched and published to.

Vectors of the new model are put beside the live ones until none is missing; then one transaction changes production
from one model to the other. What is done is read from the rows, so whoever begins again, after ``kill -9`` too, goes
on from there. No document is parsed and no fact is asked for.
"""

import time
from dataclasses import dataclass

import numpy as np
import structlog

from pipeline_core.db.model_switch import ModelSwitch
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.embedding_models import EmbeddingModel, Switched
from pipeline_core.domain.errors import LedgerError, RecallTooLowError
from pipeline_core.domain.rows.models import ModelRows
from pipeline_core.domain.staging import Embeddable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedder
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.settings import Settings
from pipeline_core.stages.embed import kept_vectors

log = structlog.stdlib.get_logger(__name__)
_KINDS = ("chunk", "question")
_FORGET_ROWS = 10_000
_ROUNDS = 20
"""Rounds in which published rows may be added between filling and switching before publishing is paused regardless."""


@dataclass(frozen=True, slots=True)
class Reembed:
    """The steps, each of which can be repeated; ``pipeline_core.flows.reembed`` runs them in order."""

    settings: Settings
    embedders: EmbedderRegistry
    open_uow: OpenUnitOfWork
    locks: ModelSwitch

    def begin(self, name: str) -> EmbeddingModel:
        """Make the model known. Where nothing is published, it is the active one from now on.

        Raises:
            RefusedError: there is no such embedder.
            ConfigurationError: the database knows the model with vectors of another length.
        """
        embedder = self.embedders.named(name)
        model = EmbeddingModel(embedder.model, embedder.dims)
        with self.open_uow() as uow:
            active = uow.models.active()
            if active is None:
                uow.models.hold(model)
            elif active != model:
                uow.models.register(model)
            uow.commit()
        return model

    def models(self) -> list[ModelRows]:
        """Every model that production was or is in, or that is being filled; the active one first."""
        with self.open_uow() as uow:
            return uow.models.all()

    def is_active(self, model: EmbeddingModel) -> bool:
        with self.open_uow() as uow:
            return uow.models.active() == model

    def fill(self, model: EmbeddingModel) -> int:
        """Embed what is published and lacks a vector of the model, a bounded number of texts at a time.

        Returns the number of rows filled.

        Raises:
            ReembeddingError: somebody else is changing the model.
            PipelineError: the embedder or the database did not answer; what was filled stays.
        """
        with self.locks.alone():
            return self._fill(model)

    def _fill(self, model: EmbeddingModel) -> int:
        embedder = self.embedders.named(model.name)
        return sum(self._fill_kind(embedder, kind) for kind in _KINDS)

    def _fill_kind(self, embedder: Embedder, kind: str) -> int:
        filled, last = 0, None
        while True:
            with self.open_uow() as uow:
                limit = self.settings.reembed_batch
                texts = uow.models.without_vector(embedder.model, kind=kind, after=last, limit=limit)
                cached = kept_vectors(uow, embedder, [text.content_sha256 for text in texts])
                uow.commit()
            if not texts:
                return filled
            vectors = _vectors(embedder, texts, cached)
            with self.open_uow() as uow:
                uow.models.put_next(texts, vectors, model=embedder.model, version=embedder.version)
                uow.commit()
            filled, last = filled + len(texts), texts[-1].owner_id
            log.info("reembedded", model=embedder.model, kind=kind, rows=filled)

    def check(self, model: EmbeddingModel) -> float | None:
        """Build the index of the new vectors and measure its recall; None where an index does not pay.

        Raises:
            RecallTooLowError: it is below the setting.
            ReembeddingError: somebody else is changing the model.
        """
        with self.locks.alone():
            if not self.locks.index_next(model):
                return None
            recall = self.locks.recall(model, sample=self.settings.reembed_sample)
        if recall < self.settings.reembed_min_recall:
            raise RecallTooLowError(
                f"The index of {model.name} finds {recall:.1%} of the ten nearest; "
                f"{self.settings.reembed_min_recall:.1%} are required.",
                where=model.name,
            )
        return recall

    def switch(self, model: EmbeddingModel, recall: float | None) -> Switched:
        """Change production to the model, in one transaction.

        What was published since it was filled is embedded first. Publishing waits for the last of it: those that
        come while it waits are published with vectors of the new model. Doing it again changes nothing.

        Raises:
            ReembeddingError: somebody else is changing the model.
            PipelineError: the embedder or the database did not answer; the old model is active as before.
        """
        with self.locks.alone():
            for _ in range(_ROUNDS):
                if not self._is_behind(model, self.settings.reembed_batch):
                    break
                self._fill(model)
            with self.locks.publishing_paused():
                start = time.perf_counter()
                chunks, questions = self._switch(model, recall)
                return Switched(model, chunks, questions, time.perf_counter() - start, recall)

    def _is_behind(self, model: EmbeddingModel, most: int) -> bool:
        """Return True if at least ``most`` rows of a kind lack a vector."""
        with self.open_uow() as uow:
            return any(_missing(uow, model, kind, most) >= most for kind in _KINDS)

    def _switch(self, model: EmbeddingModel, recall: float | None) -> tuple[int, int]:
        """Under the pause. Questions can still be edited: that is seen under the tables' lock, and filled again."""
        for _ in range(_ROUNDS):
            self._fill(model)
            with self.open_uow() as uow:
                if uow.models.active() == model:
                    return 0, 0
                uow.models.lock_production()
                if not any(_missing(uow, model, kind, 1) for kind in _KINDS):
                    changed = uow.models.switch(model, recall=recall)
                    uow.commit()
                    return changed
        raise LedgerError("Published rows changed faster than they could be embedded.", where=model.name)

    def clean(self) -> None:
        """Drop what does not belong to the active model: vectors beside the live ones, and indexes of others.

        That is what its predecessor left, or what was filled for a model that is not to become active.

        Raises:
            ReembeddingError: somebody else is changing the model.
        """
        with self.locks.alone():
            self._clean()

    def _clean(self) -> None:
        while self._forget():
            pass
        with self.open_uow() as uow:
            uow.models.forget_candidates()
            active = uow.models.active()
            uow.commit()
        if active is not None:
            self.locks.tend(active)

    def _forget(self) -> int:
        with self.open_uow() as uow:
            gone = uow.models.forget_next(_FORGET_ROWS)
            uow.commit()
        return gone

    def __call__(self, name: str) -> Switched:
        """All of it.

        Raises:
            As its steps.
        """
        model = self.begin(name)
        if self.is_active(model):
            self.clean()
            return Switched(model, 0, 0, 0.0, None)
        self.fill(model)
        switched = self.switch(model, self.check(model))
        self.clean()
        return switched


def _missing(uow: UnitOfWork, model: EmbeddingModel, kind: str, most: int) -> int:
    return len(uow.models.without_vector(model.name, kind=kind, after=None, limit=most))


def _vectors(embedder: Embedder, texts: list[Embeddable], cached: dict[str, Vectors]) -> Vectors:
    """A row for each text; equal texts, and those that were embedded before, are not asked for again."""
    missing = {text.content_sha256: text.text for text in texts if text.content_sha256 not in cached}
    found = dict(cached)
    if missing:
        made = embedder.embed(list(missing.values())).vectors
        if made.shape != (len(missing), embedder.dims):
            raise LedgerError(
                f"{len(missing)} texts were embedded and vectors of shape {made.shape} came back.",
                where=embedder.model,
            )
        found |= dict(zip(missing, made, strict=True))
    return np.array([found[text.content_sha256] for text in texts], dtype=np.float32)
