"""The login of this home's Prefect server, which would do as anybody on this machine asks otherwise.

Whoever may make a deployment on a Prefect server has its workers run any command, as their user and with their keys.
Prefect checks no host names: a page whose own name leads to this machine is stopped by the login, too.
"""

import base64
import json
import os
import secrets
import stat
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from tempfile import mkstemp
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.machine import private_files
from pipeline_core.machine.processes import belongs_to_owner_of, listens, runs

CLIENT, SERVER = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"
"""Prefect's variables for the login, ``name:password``: as clients give it, and as the server wants it."""
REFUSED = frozenset({401, 403})
"""Status codes of a server's answer to no login, or a wrong one."""
_NAME = "pipeline"
_SECRET_BYTES = 24
_TIMEOUT_S = 5.0
_HERE = ("127.0.0.1", "localhost")


class Running(NamedTuple):
    """The server of a home that runs, or is starting."""

    pid: int
    port: int


def folder_of(home: Path) -> Path:
    """Return the folder of a home's Prefect server."""
    return home.absolute() / "prefect"


def running(folder: Path) -> Running | None:
    """The server that this folder names, if it runs: a process id or a port alone might be another's by now."""
    named = folder / "server"
    try:
        pid, port = map(int, named.read_text().split())
    except (OSError, ValueError):
        return None
    # not asked for its health: a busy server that answers late is still this home's only one
    ours = belongs_to_owner_of(named, pid) and runs(pid, "prefect", str(port))
    return Running(pid, port) if ours else None


def is_of_home(folder: Path, url: str) -> bool:
    """Returns whether this address is that of the home's own server, which runs."""
    found, address = running(folder), urlsplit(url)
    return found is not None and address.hostname in _HERE and address.port == found.port


def file_of(folder: Path) -> Path:
    """Return the file of the login, which only its owner can read."""
    return folder / "login"


def read(folder: Path) -> str | None:
    """The login of the server that runs, or of the next one; None if there never was one.

    Raises:
        ConfigurationError: this account may not read it.
    """
    path = file_of(folder)
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"The login of this home's Prefect server cannot be read: {error.strerror}.",
            where=str(path),
            action="Run this as the account that the file belongs to, or set UPLOAD_PIPELINE_HOME to a home of yours.",
        ) from None


def for_a_new_server(folder: Path, environment: Mapping[str, str]) -> str:
    """The login that a server which is started now asks for, written down for everybody who works on this home.

    It is the environment's own if that has one, else the one of the last time, else a new one. One that others could
    read is not used again.

    Raises:
        ConfigurationError: the file cannot be read or written by this account.
    """
    kept = None if _others_could_read(file_of(folder)) else read(folder)
    login = environment.get(SERVER) or environment.get(CLIENT) or kept
    login = login or f"{_NAME}:{secrets.token_urlsafe(_SECRET_BYTES)}"
    if login != kept:
        _write(file_of(folder), login)
    return login


def for_the_server_of(environment: Mapping[str, str], home: Path) -> str | None:
    """The login for the server of ``PREFECT_API_URL``: the environment's own, or this home's if it is this home's.

    Raises:
        ConfigurationError: this account may not read this home's.
    """
    if own := environment.get(CLIENT):
        return own
    if environment.get("PREFECT_API_KEY") or not (url := environment.get("PREFECT_API_URL")):
        return None
    asked = urlsplit(url)
    if asked.scheme != "http" or asked.hostname not in _HERE:
        return None
    server = running(folder_of(home))
    # told to nobody but the process that listens there
    its_own = server is not None and server.port == asked.port and listens(*server)
    return read(folder_of(home)) if its_own else None


def signed_in(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment, with the login for the server of its ``PREFECT_API_URL``."""
    login = for_the_server_of(environment, home)
    return {**environment, CLIENT: login} if login else dict(environment)


def headers(environment: Mapping[str, str]) -> dict[str, str]:
    """Prefect's own settings for reaching a server, as headers.

    Raises:
        ConfigurationError: ``PREFECT_CLIENT_CUSTOM_HEADERS`` is not a JSON object.
    """
    try:
        custom = json.loads(environment.get("PREFECT_CLIENT_CUSTOM_HEADERS") or "{}")
        given = {str(name): str(value) for name, value in custom.items()}
    except (json.JSONDecodeError, AttributeError):
        raise ConfigurationError("PREFECT_CLIENT_CUSTOM_HEADERS is not a JSON object.") from None
    # of the two, Prefect's own client takes the login
    if login := environment.get(CLIENT):
        return {**given, "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    if key := environment.get("PREFECT_API_KEY"):
        return {**given, "Authorization": f"Bearer {key}"}
    return given


def is_asked_for(api_url: str) -> bool:
    """Return whether a server refuses a request without a login; one that does not answer is taken to.

    Prefect answers its version to whoever may do everything else, and refuses it to others.
    """
    return _status(api_url, {}) != HTTPStatus.OK


def is_taken(api_url: str, given: Mapping[str, str]) -> bool:
    """Return whether a server accepts these headers."""
    return _status(api_url, given) not in REFUSED


def _status(api_url: str, given: Mapping[str, str]) -> int | None:
    request = urllib.request.Request(f"{api_url}/version", headers=dict(given))
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            json.loads(answer.read())  # a page that asks for a login of its own is none of Prefect's answers
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError, ValueError):
        return None


def refused(status: int, where: str) -> ConfigurationError:
    """Return the error for a refusal by the server, with what to do."""
    return ConfigurationError(
        f"The Prefect server refuses the login ({status}).",
        where=where,
        action=f"Set {CLIENT} to its login, `name:password`, or PREFECT_API_KEY to a key of Prefect Cloud's.",
    )


def _others_could_read(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)
    except OSError:
        return False


def _write(path: Path, login: str) -> None:
    try:
        private_files.make_folder(path.parent)
        # made for its owner alone, whatever the umask; who reads meanwhile finds the old one or the new one
        handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{login}\n")
        Path(name).replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"The login of this home's Prefect server cannot be written: {error.strerror}.",
            where=str(path),
            action="Run this as the account that the home belongs to.",
        ) from None
