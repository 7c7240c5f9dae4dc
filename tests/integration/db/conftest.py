"""A database of two users, and who connects to it."""

from collections.abc import Iterator

import pytest

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from tests.support.two_users import TwoUsers, member_of_api, two_users


@pytest.fixture(scope="module")
def database(
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    workers: WorkerProcesses,
    usual_converter: LocalConverter,
) -> Iterator[TwoUsers]:
    home = tmp_path_factory.mktemp("home")
    with two_users(postgres_url, template_database, home, workers=workers, local=usual_converter) as database:
        yield database


@pytest.fixture(scope="module")
def member(postgres_url: str) -> Iterator[str]:
    with member_of_api(postgres_url) as name:
        yield name


@pytest.fixture(scope="module", params=["superuser", "own login"])
def login(request: pytest.FixtureRequest, member: str) -> str:
    """Who connects before the API's role is taken on: the owner, or a mere member of the role."""
    return "" if request.param == "superuser" else member
