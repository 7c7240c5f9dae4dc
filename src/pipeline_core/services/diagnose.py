"""Checks of the installation: configured, reachable or missing, and how to mend it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline_core.domain.checks import Check
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.masking import masked
from pipeline_core.services.history import PruneHistory
from pipeline_core.settings import Settings, is_secret, variable_of

_OF_NO_USE = {
    "SUPABASE_SERVICE_ROLE_KEY": "tokens are verified with SUPABASE_URL's public keys, and it opens the whole project "
    "to whoever reads it."
}
"""Variables that people set for other programs of their project, and why none of this one needs them."""


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Tries every part in turn; one that fails does not stop the others."""

    parts: Mapping[str, Callable[[], str]]
    """Checks by name; each returns what it found, or raises."""
    prefect: Callable[[], Check]
    environment: Mapping[str, str]

    def __call__(self) -> Iterator[Check]:
        for name, check in self.parts.items():
            try:
                yield Check(name, "ok", check())
            except PipelineError as error:
                yield Check(name, "failed", f"{error.message} {error.where or ''}".strip(), error.what_to_do)
            except Exception as error:
                yield Check(name, "failed", f"{type(error).__name__}: {error}", "See the message, then try again.")
        yield self.prefect()
        for variable, why in _OF_NO_USE.items():
            if self.environment.get(variable):
                yield Check(variable, "warning", f"it is set, but nothing uses it: {why}", f"Unset {variable}.")


def describe_history(settings: Settings, history: PruneHistory) -> str:
    """Say what grows with time, and how long it is kept."""
    sizes = history.sizes()
    logs, prefect = (_size(settings.home / name) for name in ("logs", "prefect"))
    parts = (
        (sizes["events"], "events", f"work {_kept(settings.event_days)}, audit trail {_kept(settings.audit_days)}"),
        (
            sizes["past_questions"] + sizes["past_chunks"] + sizes["published_versions"] + sizes["knowledge_changes"],
            "what production said",
            _kept(settings.version_days),
        ),
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


@dataclass(frozen=True, slots=True)
class DescribedSetting:
    """A setting: variable, value (a secret's is hidden), True if the environment sets it, and its description."""

    variable: str
    value: str
    is_set: bool
    description: str


def describe_settings(settings: Settings) -> list[DescribedSetting]:
    """Describe every setting."""
    rows = []
    for name, info in type(settings).model_fields.items():
        variable, value = variable_of(name), getattr(settings, name)
        hidden = value and is_secret(name)
        rows.append(
            DescribedSetting(
                variable,
                "(set, hidden)" if hidden else ("" if value is None else masked(str(value))),
                bool(os.environ.get(variable)),
                info.description or "",
            )
        )
    return rows
