"""The checks of `pipeline doctor`, each over the parts that it tries."""

import importlib.metadata
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.ocr_data import find_ocr
from pipeline_core.db import diagnosis
from pipeline_core.machine import private_files
from pipeline_core.ports.fact_generator import AsksNothing
from pipeline_core.services.diagnose import describe_history
from pipeline_core.services.free_space import check_free_space

if TYPE_CHECKING:
    from pipeline_core.bootstrap.maintenance import Maintenance


def _python(_app: "Maintenance") -> str:
    return f"Python {sys.version.split()[0]}, prefect {importlib.metadata.version('prefect')}"


def _home(app: "Maintenance") -> str:
    home = app.home
    probe = home / ".doctor"
    private_files.write_text(probe, "x")
    probe.unlink()
    free = shutil.disk_usage(home).free / 1e9
    return f"{home} is writable, {free:.0f} GB free"


def _store(app: "Maintenance") -> str:
    app.store.check()
    return f"{app.store.url}: written, read and removed an object"


def _converter(app: "Maintenance") -> str:
    sample = app.converter.convert(b"<h1>Hello</h1><p>There.</p>", filename="check.html", mime="text/html")
    found = find_ocr(app.settings)
    ocr = f"OCR on ({found.languages})" if found.is_on else f"OCR off, scanned pages are not read: {found.why_off}"
    said = f"{app.converter.name} {app.converter.version}, {len(sample.markdown)} characters from a test page, {ocr}"
    paid = [settings for settings in (app.settings, app.settings.deep()) if settings.converter == "llama-parse"]
    return "; ".join([said, *(app.llama_parse(settings).check() for settings in paid)])


def _generator(app: "Maintenance") -> str:
    generator = app.generator
    if app.settings.fact_generator == "openai":
        return f"{generator.name} {generator.version}: {app.openai.check(app.settings.openai_fact_model)}"
    if isinstance(generator, AsksNothing):
        return "none are asked for: passages and their vectors are published"
    return f"{generator.name} {generator.version}, needs no key"


def _embedder(app: "Maintenance") -> str:
    embedder = app.ctx.embedder
    wanted = app.embedders.default
    other = f"; the setting says {wanted}: `pipeline reembed --model {wanted}`" if wanted != embedder.model else ""
    if embedder.model == app.settings.openai_embed_model:
        return f"{app.openai.check(embedder.model)}, {embedder.dims} dimensions{other}"
    shape = embedder.embed(["a test"]).vectors.shape
    return f"{embedder.model} {embedder.version}, {shape[1]} dimensions{other}"


def _database(app: "Maintenance") -> str:
    kind = "your own" if app.settings.database_url else "embedded"
    return f"{kind} {diagnosis.server(app.database_url)}"


def _space(app: "Maintenance") -> str:
    check_free_space(app.settings, app.store)
    return f"no disk has less than {app.settings.min_free_mb:,} MiB left"


def _history(app: "Maintenance") -> str:
    return describe_history(app.settings, app.prune_history)


CHECKS: dict[str, Callable[["Maintenance"], str]] = {
    "python": _python,
    "home": _home,
    "database": _database,
    "migrations": lambda app: diagnosis.migrations(app.database_url),
    "role": lambda app: diagnosis.role(app.database),
    "object store": _store,
    "free space": _space,
    "converter": _converter,
    "facts": _generator,
    "embedder": _embedder,
    "history": _history,
}
