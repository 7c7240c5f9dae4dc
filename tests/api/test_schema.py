"""The whole description against the service: whatever is sent, no 5xx, and no answer that the description lacks."""

import json
import runpy
from collections.abc import Iterator
from typing import Any

import jsonschema
import jwt
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import SecretStr
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipeline_core.api.app import create_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import load_settings
from tests.api.conftest import HOST, NO_LIMITS
from tests.support.database import copied_database
from tests.support.examples import examples
from tests.support.paths import ROOT
from tests.support.through import publish, upload
from tests.support.two_users import ANN

SECRET = "an HS256 secret of at least 32 bytes"
_STREAMS = {"follow_events", "follow_job"}
"""Not ended by the time a fuzzer wants its answer; tests of their own follow them."""


_EXCLUDED = [positive_data_acceptance]
"""A file of any bytes is in the description, and is refused by what the bytes say."""


@pytest.fixture(scope="module")
def app(postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with copied_database(postgres_url, template_database) as url:
        pipeline = Pipeline(
            load_settings(
                home=tmp_path_factory.mktemp("home"),
                database_url=url,
                realm_id=ANN,
                api_auth="jwt",
                jwt_secret=SecretStr(SECRET),
                api_allowed_hosts="*",
                **NO_LIMITS,
            )
        )
        publish(pipeline, upload())
        yield create_app(pipeline)
        pipeline.close()


@pytest.fixture(scope="module")
def schema(app: Any) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_no_request_breaks_it(schema: Any, subtests: Any) -> None:
    token = jwt.encode({"sub": str(ANN), "aud": "authenticated", "exp": 4102444800}, SECRET, algorithm="HS256")
    tried = 0
    for result in schema.exclude(operation_id=list(_STREAMS)).get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples(15),
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:
            case.call_and_validate(
                headers={"Authorization": f"Bearer {token}"}, base_url=HOST, excluded_checks=_EXCLUDED
            )

        with subtests.test(operation.label):
            check()
        tried += 1
    assert tried > 20


def test_the_description_that_is_committed_is_the_one_that_is_served(app: Any) -> None:
    generator = runpy.run_path(str(ROOT / "docs" / "generate_openapi.py"))
    committed = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert committed == generator["render"](), "run python docs/generate_openapi.py"
    assert json.loads(committed) == app.openapi()


def _json_bodies(description: Any) -> dict[str, Any]:
    """The schema of every body that is sent as JSON, by its name."""
    schemas = description["components"]["schemas"]
    bodies = {}
    for methods in description["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                text = json.dumps(content["application/json"]["schema"])
                name = text.partition("#/components/schemas/")[2].partition('"')[0]
                bodies[name] = schemas[name]
    return bodies


def test_a_generator_can_use_it(app: Any) -> None:
    description = app.openapi()
    json.dumps(description)
    names = [operation["operationId"] for methods in description["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and path != "/ready":
                    assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem"), path
    for name, schema in _json_bodies(description).items():
        [example] = schema["examples"]
        jsonschema.validate(example, {**schema, "components": description["components"]})
        assert example, name
    assert "HTTPValidationError" not in description["components"]["schemas"]
