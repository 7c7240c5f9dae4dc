"""The HTTP API over a real database, asked through its real stack, as one user or another."""

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.two_users import ANN

HOST = "http://127.0.0.1"
NO_LIMITS = {
    "limit_uploads_per_day": 0,
    "limit_polls_per_minute": 0,
    "limit_active_jobs": 0,
    "limit_requests_per_hour": 0,
    "limit_review_requests_per_minute": 0,
}


@pytest.fixture
def api_pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


def client_of(pipeline: Pipeline, user_id: object = ANN) -> TestClient:
    """A client of an API over this pipeline, signed in as the user."""
    client = TestClient(create_app(pipeline), base_url=HOST, client=("127.0.0.1", 50000), raise_server_exceptions=False)
    token = local_token(pipeline.settings.model_copy(update={"user_id": user_id}))
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture
def sign_in(api_pipeline: Pipeline) -> Callable[..., TestClient]:
    """Makes clients: a user's, or nobody's."""
    app = create_app(api_pipeline)

    def make(user_id: UUID | None = ANN) -> TestClient:
        client = TestClient(app, base_url=HOST, client=("127.0.0.1", 50000), raise_server_exceptions=False)
        if user_id:
            token = local_token(api_pipeline.settings.model_copy(update={"user_id": user_id}))
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    return make


@pytest.fixture
def ann(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in()
