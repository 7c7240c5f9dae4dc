"""A database of two users, and who connects to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.two_users import TwoUsers, member_of_api, two_users


@pytest.fixture(scope="module")
def database(
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_adapters: dict[str, Any],
) -> Iterator[TwoUsers]:
    home = tmp_path_factory.mktemp("home")
    with two_users(postgres_url, template_database, home, **shared_adapters) as database:
        yield database


@pytest.fixture(scope="module")
def member(postgres_url: str) -> Iterator[str]:
    with member_of_api(postgres_url) as name:
        yield name


@pytest.fixture(scope="module", params=["superuser", "own login"])
def login(request: pytest.FixtureRequest, member: str) -> str:
    """Who connects before the API's role is taken on: the owner, or a mere member of the role."""
    return "" if request.param == "superuser" else member
