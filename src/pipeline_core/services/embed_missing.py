"""Vectors that a transaction turned out to need, made outside it."""

from dataclasses import dataclass

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.review.withdrawing import Known
from pipeline_core.services.embedders import EmbedderRegistry


@dataclass(frozen=True, slots=True)
class EmbedMissing:
    """Embeds texts by the model that is active now."""

    embedders: EmbedderRegistry

    def __call__(self, known: Known, realm_id: RealmId) -> None:
        """Add the missing vectors to what is known; the realm pays for them.

        Raises:
            LedgerError: not as many came back.
            TransientError, ConfigurationError: as the embedder.
        """
        embedder = self.embedders.active()
        known.model, known.version = EmbeddingModel(embedder.model, embedder.dims), embedder.version
        with paid_by(Payer(realm_id)):
            found = embedder.embed(list(known.missing.values())).vectors
        if found.shape != (len(known.missing), embedder.dims):
            told = f"{len(known.missing)} texts were embedded and vectors of shape {found.shape} came back."
            raise LedgerError(told, where=embedder.model)
        known.vectors |= dict(zip(known.missing, found, strict=True))
