"""Choice of the embedder: the database names the model of production, and this process has its embedder or not."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import ConfigurationError, RefusedError
from pipeline_core.ports.embedder import Embedder


@dataclass(frozen=True)
class EmbedderRegistry:
    """Embedders by the name of their model, each made once, when it is first wanted.

    ``default`` is the model of a database in which nothing is published yet. After that the database decides: a
    setting that names another one changes nothing, so that all processes embed alike whatever their environment.
    """

    makers: Mapping[str, Callable[[], Embedder]]
    default: str
    open_uow: OpenUnitOfWork
    of_endpoint: Callable[[str, int | None], Embedder | None] = lambda _name, _dims: None
    """Makes a model that no setting names, of the length that is wanted (None: of its own); None: it cannot."""
    _made: dict[tuple[str, int | None], Embedder] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def active(self) -> Embedder:
        with self.open_uow() as uow:
            model = uow.models.active()
        return self.of(model)

    def of(self, model: EmbeddingModel | None) -> Embedder:
        """The embedder of that model, of the length that the database says.

        Raises:
            ConfigurationError: this process has none, or makes vectors of another length.
        """
        if model is None:
            return self._make(self.default)
        made = self._make(model.name) if model.name in self.makers else None
        if made is not None and made.dims == model.dims:
            return made
        other = self._endpoint(model.name, model.dims)
        if other is not None:
            return other
        if made is None:
            raise ConfigurationError(
                f"Published knowledge was embedded by {model.name}, which this installation does not have.",
                action=f"Configure it, or `pipeline reembed --model {self.default}` (has: {self._names()}).",
            )
        raise ConfigurationError(
            f"Published vectors have {model.dims} dimensions; {model.name} makes {made.dims} here.",
            action="Set its length back: all vectors of a model have the same length.",
        )

    def named(self, name: str) -> Embedder:
        """The embedder that a person names.

        Raises:
            RefusedError: there is none of that name; says which there are.
        """
        if name in self.makers:
            return self._make(name)
        other = self._endpoint(name, None)
        if other is None:
            raise RefusedError(
                f"There is no embedding model {name!r} here.",
                action=f"One of: {self._names()}; or, with OPENAI_API_KEY, a model of the endpoint that has a price, "
                "as NAME or NAME@LENGTH.",
            )
        return other

    def _names(self) -> str:
        return ", ".join(sorted(self.makers))

    def _make(self, name: str) -> Embedder:
        with self._lock:
            if (name, None) not in self._made:
                self._made[name, None] = self.makers[name]()
            return self._made[name, None]

    def _endpoint(self, name: str, dims: int | None) -> Embedder | None:
        with self._lock:
            made = self._made.get((name, dims or 0)) or self.of_endpoint(name, dims)
            if made is not None:
                self._made[name, dims or 0] = made
            return made
