"""What is configured, what is reachable, what is missing, and how to mend it."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.converters.ocr_data import find_ocr
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect
from pipeline_core.db.errors import place
from pipeline_core.db.migrate import pending
from pipeline_core.db.requirements import not_ready, unmet
from pipeline_core.domain.errors import DatabaseNotMigratedError, PipelineError
from pipeline_core.domain.masking import masked
from pipeline_core.domain.wording import counted
from pipeline_core.machine import private_files
from pipeline_core.services.free_space import check_free_space
from pipeline_core.settings import Settings, is_secret, variable_of

_ANYBODY = (
    "whoever reaches it, other users of this machine and perhaps pages in your browser among them, "
    "can have its workers run any command as their user, with their keys"
)
_GIVE_IT_ONE = (
    "Start it with PREFECT_SERVER_API_AUTH_STRING set to NAME:PASSWORD, and set PREFECT_API_AUTH_STRING to the same "
    "for workers and commands."
)
_SIGN_IN = "Set PREFECT_API_AUTH_STRING to its login, NAME:PASSWORD."


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``ok``, ``warning`` or ``failed``; ``fix`` says what to do."""

    name: str
    result: str
    detail: str
    fix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", masked(self.detail))
        object.__setattr__(self, "fix", masked(self.fix))

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "result": self.result, "detail": self.detail, "fix": self.fix}


def run_checks(app: Pipeline, prefect_url: Callable[[], str | None]) -> Iterator[Check]:
    """Every check in turn; one that fails does not stop the others."""
    for name, check in _CHECKS.items():
        try:
            yield Check(name, "ok", check(app))
        except PipelineError as error:
            yield Check(name, "failed", f"{error.message} {error.where or ''}".strip(), error.what_to_do)
        except Exception as error:
            yield Check(name, "failed", f"{type(error).__name__}: {error}", "See the message; then try again.")
    yield _prefect(prefect_url(), app.settings.home)
    for variable, why in _OF_NO_USE.items():
        if os.environ.get(variable):
            yield Check(variable, "warning", f"it is set, and nothing uses it: {why}", f"Unset {variable}.")


def _prefect(url: str | None, home: Path) -> Check:
    if url:
        return _login(url, prefect_login.signed_in(os.environ, home))
    if wanted := os.environ.get("PREFECT_API_URL"):
        fix = "Start it, or unset PREFECT_API_URL to have a local one."
        return Check("prefect", "failed", f"the server at {wanted} does not answer", fix)
    return Check("prefect", "ok", "no server is up; a local one is started by each run")


def _login(url: str, environment: Mapping[str, str]) -> Check:
    """Whether a server that answers asks for a login, and takes ours."""
    api = f"{url}/api"
    if not prefect_login.is_asked_for(api):
        return Check("prefect", "warning", f"the server at {url} has no login: {_ANYBODY}", _GIVE_IT_ONE)
    if environment.get("PREFECT_API_URL") and not prefect_login.is_taken(api, prefect_login.headers(environment)):
        return Check("prefect", "failed", f"the server at {url} refuses our login", _SIGN_IN)
    return Check("prefect", "ok", f"server at {url}, which asks for a login")


def _python(_app: Pipeline) -> str:
    return f"Python {sys.version.split()[0]}, prefect {importlib.metadata.version('prefect')}"


def _home(app: Pipeline) -> str:
    home = app.home
    probe = home / ".doctor"
    private_files.write_text(probe, "x")
    probe.unlink()
    free = shutil.disk_usage(home).free / 1e9
    return f"{home} is writable, {free:.0f} GB free"


def _database(app: Pipeline) -> str:
    kind = "your own" if app.settings.database_url else "embedded"
    # as the login itself: the role may have to be made yet
    with connect(app.database_url) as connection:
        [(version, has_schema)] = connection.execute(
            "SELECT current_setting('server_version'), to_regnamespace('upload_pipeline') IS NOT NULL"
        ).fetchall()
        # a schema that is there needs no right to make it
        if lacking := [one for one in unmet(connection) if not (one.is_right and has_schema)]:
            raise not_ready(lacking, where=place(app.database_url))
    return f"{kind} PostgreSQL {version} at {place(app.database_url)}"


def _migrations(app: Pipeline) -> str:
    missing = pending(app.database_url)
    if missing:
        raise DatabaseNotMigratedError(
            f"{counted(len(missing), 'migration is', 'migrations are')} missing, from {missing[0]}."
        )
    return "up to date"


def _role(app: Pipeline) -> str:
    with app.database.lend() as connection:
        [(role,)] = connection.execute("SELECT current_user").fetchall()
    return f"workers are {role}"


def _store(app: Pipeline) -> str:
    app.store.check()
    return f"{app.store.url}: written, read and removed an object"


def _converter(app: Pipeline) -> str:
    sample = app.converter.convert(b"<h1>Hello</h1><p>There.</p>", filename="check.html", mime="text/html")
    found = find_ocr(app.settings)
    ocr = f"OCR on ({found.languages})" if found.is_on else f"OCR off, scanned pages are not read: {found.why_off}"
    said = f"{app.converter.name} {app.converter.version}, {len(sample.markdown)} characters from a test page, {ocr}"
    paid = [settings for settings in (app.settings, app.settings.deep()) if settings.converter == "llama-parse"]
    return "; ".join([said, *(app.llama_parse(settings).check() for settings in paid)])


def _generator(app: Pipeline) -> str:
    generator = app.generator
    if app.settings.fact_generator == "openai":
        return f"{generator.name} {generator.version}: {app.openai.check(app.settings.openai_fact_model)}"
    return f"{generator.name} {generator.version}, needs no key"


def _embedder(app: Pipeline) -> str:
    embedder = app.ctx.embedder
    wanted = app.embedders.default
    other = f"; the setting says {wanted}: `pipeline reembed --model {wanted}`" if wanted != embedder.model else ""
    if embedder.model == app.settings.openai_embed_model:
        return f"{app.openai.check(embedder.model)}, {embedder.dims} dimensions{other}"
    shape = embedder.embed(["a test"]).vectors.shape
    return f"{embedder.model} {embedder.version}, {shape[1]} dimensions{other}"


def _history(app: Pipeline) -> str:
    """What grows with time, and how long it is kept."""
    settings, sizes = app.settings, app.prune_history.sizes()
    logs, prefect = (_size(settings.home / name) for name in ("logs", "prefect"))
    parts = (
        (sizes["events"], "events", f"work {_kept(settings.event_days)}, audit trail {_kept(settings.audit_days)}"),
        (sizes["webhook_deliveries"], "messages to webhooks", _kept(settings.delivery_days)),
        (sizes["fact_cache"] + sizes["embedding_cache"], "caches", _kept(settings.cache_max_days)),
        (prefect, "local Prefect server", f"runs {_kept(settings.prefect_days)}"),
        (logs, "logs", _kept(settings.log_max_days)),
    )
    told = "; ".join(f"{what} {bytes_ / 1e6:.1f} MB, {kept}" for bytes_, what, kept in parts)
    return f"{told}; the whole database {sizes['database'] / 1e6:.1f} MB"


def _kept(days: float) -> str:
    return f"kept {days:g} days" if days else "kept for ever"


def _size(folder: Path) -> int:
    """Bytes of its files; what goes meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(parent, name).lstat().st_size
    return total


def _space(app: Pipeline) -> str:
    check_free_space(app.settings, app.store)
    return f"no disk has less than {app.settings.min_free_mb:,} MiB left"


_CHECKS: dict[str, Callable[[Pipeline], str]] = {
    "python": _python,
    "home": _home,
    "database": _database,
    "migrations": _migrations,
    "role": _role,
    "object store": _store,
    "free space": _space,
    "converter": _converter,
    "facts": _generator,
    "embedder": _embedder,
    "history": _history,
}


_OF_NO_USE = {
    "SUPABASE_SERVICE_ROLE_KEY": "tokens are verified with SUPABASE_URL's public keys, and it opens the whole project "
    "to whoever reads it."
}
"""Variables that people set for other programs of their project, and why none of this one needs them."""


def describe_settings(settings: Settings) -> list[dict[str, Any]]:
    """Every setting: variable, value (secrets hidden), whether the environment set it, and what it is for."""
    rows = []
    for name, info in type(settings).model_fields.items():
        variable, value = variable_of(name), getattr(settings, name)
        hidden = value and is_secret(name)
        rows.append(
            {
                "variable": variable,
                "value": "(set, hidden)" if hidden else ("" if value is None else masked(str(value))),
                "is_set": bool(os.environ.get(variable)),
                "description": info.description or "",
            }
        )
    return rows
