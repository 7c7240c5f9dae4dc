"""The database names the model of production; this process has its embedder, or says what to do."""

from collections.abc import Callable

import pytest

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import ConfigurationError, RefusedError
from pipeline_core.services.embedders import EmbedderRegistry
from tests.support.fake_database import FakeDatabase
from tests.support.fakes import HashEmbedder


class _Embedder(HashEmbedder):
    def __init__(self, model: str, dims: int) -> None:
        super().__init__()
        self.model, self.dims = model, dims


class _Made:
    """Makes embedders and counts them."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def maker(self, name: str, dims: int) -> Callable[[], _Embedder]:
        def make() -> _Embedder:
            self.names.append(name)
            return _Embedder(name, dims)

        return make

    def of_endpoint(self, name: str, dims: int | None) -> _Embedder | None:
        if not name.startswith("large"):
            return None
        self.names.append(f"{name}@{dims}")
        return _Embedder(name, dims or 8)


def _registry(active: EmbeddingModel | None = None) -> tuple[EmbedderRegistry, _Made]:
    made = _Made()
    makers = {"small": made.maker("small", 4), "other": made.maker("other", 6)}
    database = FakeDatabase({"models.active": active})
    return EmbedderRegistry(makers, "small", database, made.of_endpoint), made


def test_until_something_is_published_the_setting_decides() -> None:
    registry, made = _registry()
    assert registry.active().model == "small"
    assert registry.active() is registry.active()
    assert made.names == ["small"]


def test_after_that_the_database_decides() -> None:
    registry, made = _registry(EmbeddingModel("other", 6))
    assert registry.active().model == "other"
    assert made.names == ["other"]


def test_a_model_of_the_endpoint_is_made_once_with_the_length_of_the_database() -> None:
    registry, made = _registry(EmbeddingModel("large", 16))
    assert (registry.active().dims, registry.active().model) == (16, "large")
    assert made.names == ["large@16"]


@pytest.mark.parametrize(
    ("model", "message", "action"),
    [
        (EmbeddingModel("gone", 4), "embedded by gone, which this installation does not have", "(has: other, small)"),
        (EmbeddingModel("small", 5), "Published vectors have 5 dimensions; small makes 4 here", "Set its length back"),
    ],
)
def test_a_model_that_is_not_here_says_what_to_do(model: EmbeddingModel, message: str, action: str) -> None:
    registry, _ = _registry(model)
    with pytest.raises(ConfigurationError, match=message) as refused:
        registry.active()
    assert action in refused.value.what_to_do


@pytest.mark.parametrize(("name", "dims"), [("other", 6), ("large", 8)])
def test_a_person_names_one_of_the_settings_or_of_the_endpoint(name: str, dims: int) -> None:
    registry, made = _registry()
    embedder = registry.named(name)
    assert (embedder.model, embedder.dims) == (name, dims)
    assert registry.named(name) is embedder
    assert len(made.names) == 1


def test_a_name_that_nobody_has_is_refused_with_those_that_there_are() -> None:
    registry, _ = _registry()
    with pytest.raises(RefusedError, match="There is no embedding model 'tiny' here") as refused:
        registry.named("tiny")
    assert refused.value.what_to_do.startswith("One of: other, small;")
