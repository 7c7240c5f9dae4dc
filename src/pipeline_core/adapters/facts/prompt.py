"""The prompt for facts: versioned files, and the version that goes into the cache's key."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline_core.ports.fact_generator import ChunkInput

PROMPTS = Path(__file__).parent / "prompts"
CURRENT = "facts-v2"


@dataclass(frozen=True, slots=True)
class Prompt:
    """``version`` is the file's name and the beginning of its hash: an edit is another version."""

    version: str
    text: str

    def system(self, max_facts: int) -> str:
        return self.text.replace("{max_facts}", str(max_facts))


@cache
def load_prompt() -> Prompt:
    """Read the current prompt's file."""
    text = (PROMPTS / f"{CURRENT}.md").read_text("utf-8")
    return Prompt(f"{CURRENT}-{hashlib.sha256(text.encode()).hexdigest()[:12]}", text)


def user_message(chunk: ChunkInput) -> str:
    """The passage with its context, each part between marks of its own."""
    parts = [
        ("headings", " > ".join(chunk.heading_path)),
        ("before", chunk.before),
        ("after", chunk.after),
        ("passage", chunk.text),
    ]
    return "\n\n".join(f"<{name}>\n{text}\n</{name}>" for name, text in parts if text)
