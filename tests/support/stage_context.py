"""What stages work with, for unit tests: ports that convert, generate and embed without a model."""

from dataclasses import dataclass, field
from typing import Any

from pipeline_core.domain.documents import Converted, Page, PageMap
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.settings import Settings
from pipeline_core.stages.base import StageContext
from tests.support.fakes import HashEmbedder, ScriptedFactGenerator
from tests.support.memory_store import MemoryObjectStore


class PlainConverter:
    """Takes the bytes for the text, all of it on one page."""

    name, version = "plain", "1"

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        text = data.decode()
        return Converted(text, PageMap((Page(1, 0, len(text)),)), self.name)


@dataclass(slots=True)
class OneEmbedder:
    """Embedders of which this one is active."""

    embedder: Any = field(default_factory=HashEmbedder)

    def active(self) -> Any:
        return self.embedder


def stage_context(settings: Settings | None = None, store: Any = None, **given: Any) -> StageContext:
    ports = {"converter": PlainConverter(), "generator": ScriptedFactGenerator(), "embedders": OneEmbedder()}
    return StageContext(settings or Settings(), store or MemoryObjectStore(), **ports | given)


def stage_contexts(settings: Settings | None = None, store: Any = None) -> dict[Profile, StageContext]:
    """The contexts of both profiles, which differ in nothing else."""
    return {profile: stage_context(settings, store, profile=profile) for profile in Profile}
