"""The server of paid services, and pipelines that use it."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.bootstrap import Pipeline
from tests.paid_services.llama import llama_settings
from tests.paid_services.llama_protocol import LlamaCloud, add_llama_cloud
from tests.paid_services.openai_protocol import DIMS, add_openai
from tests.paid_services.server import PaidServer, serve

KEY = "sk-test-1f0c9a7e5b3dvqzj"


@pytest.fixture
def server() -> Iterator[PaidServer]:
    with serve(add_openai(PaidServer())) as running:
        yield running


def openai_settings(server: PaidServer, **changes: object) -> dict[str, object]:
    """Settings under which facts come from the server."""
    return {
        "fact_generator": "openai",
        "openai_api_key": SecretStr(KEY),
        "openai_base_url": f"{server.url}/v1",
        "openai_embed_dims": DIMS,
        "openai_timeout_s": 30.0,
        "openai_deadline_s": 60.0,
        "duplicate_threshold": 1.0,
        "duplicate_mode": "baseline",
        "chunk_max_chars": 300,
        "chunk_min_chars": 100,
        "openai_context_chars": 0,
        **changes,
    }


@pytest.fixture(scope="session")
def converter(usual_converter: LocalConverter) -> LocalConverter:
    """One pool of conversion processes for all of them."""
    return usual_converter


@pytest.fixture
def cloud(server: PaidServer, converter: LocalConverter) -> LlamaCloud:
    """The server answers as LlamaCloud too."""
    return add_llama_cloud(server, converter)


@pytest.fixture
def make_llama(
    make_pipeline: Callable[..., Pipeline], server: PaidServer, cloud: LlamaCloud, converter: LocalConverter
) -> Callable[..., Pipeline]:
    """Makes pipelines whose documents are converted by the server; settings can be changed."""

    def make(**changes: object) -> Pipeline:
        return make_pipeline(changes=llama_settings(server, **changes), local=converter)

    return make


@pytest.fixture
def make_paid(
    make_pipeline: Callable[..., Pipeline], server: PaidServer, converter: LocalConverter
) -> Callable[..., Pipeline]:
    """Makes pipelines whose facts come from the server; settings can be changed."""

    def make(**changes: object) -> Pipeline:
        return make_pipeline(changes=openai_settings(server, **changes), converter=converter)

    return make
