"""Which embedder serves: the database says which model production is in, this process has its embedder or not."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import ConfigurationError, RefusedError
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.unit_of_work import OpenUnitOfWork


@dataclass(frozen=True)
class EmbedderRegistry:
    """Embedders by the name of their model, each made once, when it is first wanted.

    ``default`` is the model of a database in which nothing is published yet. After that the database decides: a
    setting that names another one changes nothing, so that all processes embed alike whatever their environment.
    """

    makers: Mapping[str, Callable[[], Embedder]]
    default: str
    open_uow: OpenUnitOfWork
    _made: dict[str, Embedder] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def active(self) -> Embedder:
        with self.open_uow() as uow:
            model = uow.models.active()
        return self.of(model)

    def of(self, model: EmbeddingModel | None) -> Embedder:
        if model is None:
            return self._make(self.default)
        if model.name not in self.makers:
            raise ConfigurationError(
                f"What is published was embedded by {model.name}, which this installation does not have.",
                action=f"Configure it, or `pipeline reembed --model {self.default}` (has: {self._names()}).",
            )
        embedder = self._make(model.name)
        if embedder.dims != model.dims:
            raise ConfigurationError(
                f"What is published has vectors of {model.dims} numbers; {model.name} makes {embedder.dims} here.",
                action="Set its length back: vectors of one model are of one length.",
            )
        return embedder

    def named(self, name: str) -> Embedder:
        """The embedder that a person names.

        Raises:
            RefusedError: there is none of that name; says which there are.
        """
        if name not in self.makers:
            raise RefusedError(f"There is no embedding model {name!r} here.", action=f"One of: {self._names()}.")
        return self._make(name)

    def _names(self) -> str:
        return ", ".join(sorted(self.makers))

    def _make(self, name: str) -> Embedder:
        with self._lock:
            if name not in self._made:
                self._made[name] = self.makers[name]()
            return self._made[name]
