"""Check that the Prefect server is up, asks for a login, and takes ours."""

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline_core.adapters import prefect_login
from pipeline_core.domain.checks import Check

_ANYBODY = (
    "anybody who can reach it, including other users of this machine and perhaps pages in your browser, can make "
    "its workers run any command as their user, with their keys"
)
_GIVE_IT_ONE = (
    "Start it with PREFECT_SERVER_API_AUTH_STRING set to NAME:PASSWORD, and set PREFECT_API_AUTH_STRING to the same "
    "for workers and commands."
)
_SIGN_IN = "Set PREFECT_API_AUTH_STRING to its login, NAME:PASSWORD."


def check_prefect(url: str | None, home: Path) -> Check:
    """Say whether the server at ``url`` has a login and takes ours; None: none is up."""
    if url:
        return _login(url, prefect_login.signed_in(os.environ, home))
    if wanted := os.environ.get("PREFECT_API_URL"):
        fix = "Start it, or unset PREFECT_API_URL to have a local one."
        return Check("prefect", "failed", f"the server at {wanted} does not answer", fix)
    return Check("prefect", "ok", "no server is up; a local one is started by each run")


def _login(url: str, environment: Mapping[str, str]) -> Check:
    """Check that a server that answers asks for a login, and takes ours."""
    api = f"{url}/api"
    if not prefect_login.is_asked_for(api):
        return Check("prefect", "warning", f"the server at {url} has no login: {_ANYBODY}", _GIVE_IT_ONE)
    if environment.get("PREFECT_API_URL") and not prefect_login.is_taken(api, prefect_login.headers(environment)):
        return Check("prefect", "failed", f"the server at {url} refuses our login", _SIGN_IN)
    return Check("prefect", "ok", f"server at {url}, which asks for a login")
