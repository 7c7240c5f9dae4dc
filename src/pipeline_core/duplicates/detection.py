"""Chooses the mode of duplicate detection and prepares it: scored mode embeds the new rows outside a transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline_core.domain.ids import QuestionId, RealmId, text_sha256
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.domain.staging import Matchable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.duplicates.baseline import Baseline
from pipeline_core.duplicates.scored import Scored
from pipeline_core.ports.embedder import Embedder, Embedders
from pipeline_core.settings import Settings

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import NearDuplicates, OpenUnitOfWork, UnitOfWork


WithinTransaction = Callable[["UnitOfWork", Sequence[Matchable]], "NearDuplicates"]
"""Comparison of rows, to be called only while a transaction is open."""


def comparison_config(settings: Settings) -> dict[str, Any]:
    """Returns the settings that decide which facts are taken for duplicates, and what becomes of them.

    The embedding model is no part of it: it changes for all that is published at once, and what was compared stays so.
    """
    config: dict[str, Any] = {"mode": settings.duplicate_mode, "threshold": settings.duplicates_from}
    if settings.duplicate_mode == "scored":
        config |= {"automatic": settings.duplicate_automatic}
    return config


@dataclass(frozen=True, slots=True)
class Detection:
    """``prepare`` does the slow part; what it returns goes into ``duplicates.detect``."""

    settings: Settings
    embedders: Embedders
    keep: "OpenUnitOfWork | None" = None
    """Unit of work that keeps the vector of a text to be staged; None where vectors are not to be written."""

    @property
    def by_meaning(self) -> bool:
        return self.settings.duplicate_mode != "baseline"

    @property
    def config(self) -> dict[str, Any]:
        return comparison_config(self.settings)

    def prepare(
        self, open_uow: "OpenUnitOfWork", to_match: Callable[["UnitOfWork"], list[Matchable]]
    ) -> "NearDuplicates":
        """The mode that is set, ready for the rows that ``to_match`` finds. Not to be called within a transaction."""
        if not self.by_meaning:
            return Baseline(self.settings.duplicates_from)
        embedder = self.embedders.active()
        with open_uow() as uow:
            rows = to_match(uow)
            cached = _cached(uow, embedder, [row.embed_sha256 for row in rows])
        missing = {row.embed_sha256: row for row in rows if row.embed_sha256 not in cached}
        # each user pays for their own; what a user's documents share is on none of them
        for realm_id in {row.realm_id: None for row in missing.values()}:
            with paid_by(Payer(realm_id)):
                of_user = {row.question_id: row.embed_text for row in missing.values() if row.realm_id == realm_id}
                cached |= _embed(open_uow, embedder, of_user)
        return self._scored(embedder, rows, cached)

    def of_words(self, question_id: QuestionId, text: str, *, by: RealmId) -> WithinTransaction:
        """Returns a comparison of rows one of which is to say this text, possibly never embedded before; ``by`` pays.

        Not to be called within a transaction; what it returns is.
        """
        if not self.by_meaning:
            return lambda _uow, _rows: Baseline(self.settings.duplicates_from)
        embedder = self.embedders.active()
        own: dict[str, Vectors] = {}
        if self.keep is not None:
            with self.keep() as uow:
                own = _cached(uow, embedder, [text_sha256(text)])
        if not own:
            with paid_by(Payer(by)):
                own = _embed(self.keep, embedder, {question_id: text})

        def within(uow: "UnitOfWork", rows: Sequence[Matchable]) -> "NearDuplicates":
            return self._scored(embedder, rows, _cached(uow, embedder, [row.embed_sha256 for row in rows]) | own)

        return within

    def within(self, uow: "UnitOfWork", rows: Sequence[Matchable]) -> "NearDuplicates":
        """The mode that is set, for these rows, with the vectors that are there: to be called within a transaction.

        A row that was never embedded by the present model is compared by its letters, and its pairs say so.
        """
        if not self.by_meaning:
            return Baseline(self.settings.duplicates_from)
        embedder = self.embedders.of(uow.models.active())
        return self._scored(embedder, rows, _cached(uow, embedder, [row.embed_sha256 for row in rows]))

    def _scored(self, embedder: Embedder, rows: Sequence[Matchable], vectors: Mapping[str, Vectors]) -> Scored:
        return Scored(
            self.settings.duplicates_from,
            self.settings.duplicate_automatic,
            {row.question_id: vectors[row.embed_sha256] for row in rows if row.embed_sha256 in vectors},
            embedder.model,
            embedder.version,
            embedder.dims,
        )


def _cached(uow: "UnitOfWork", embedder: Embedder, keys: Sequence[str]) -> dict[str, Vectors]:
    return uow.caches.vectors(keys, model=embedder.model, version=embedder.version)


def _embed(
    open_uow: "OpenUnitOfWork | None", embedder: Embedder, texts: Mapping[QuestionId, str]
) -> dict[str, Vectors]:
    """New vectors by key, kept if they may be (the embedder stage will want them again) with what they cost."""
    made = embedder.embed(list(texts.values()))
    vectors = np.asarray(made.vectors, dtype=np.float32)
    new = dict(zip(map(text_sha256, texts.values()), vectors, strict=True))
    shares = made.usage.shares([len(text) for text in texts.values()])
    if open_uow is None:
        return new
    with open_uow() as uow:
        uow.caches.put_vectors(new, model=embedder.model, version=embedder.version)
        uow.staging.spend(dict(zip(texts, shares, strict=True)))
        uow.commit()
    return new
