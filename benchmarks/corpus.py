"""Documents for benchmarks: sentences of real documents whose content words are others, so that no two are alike.

Each keeps a real sentence's build, length and light words; its content words are drawn evenly from all that occur in
real texts. A sentence that comes near one before it by meaning is thrown away: what is made is new to duplicate
detection, which has as much to compare as with real documents, and nothing has to wait for a person.
"""

import os
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.domain.vectors import Vectors
from pipeline_core.duplicates.words import STOP_WORDS

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PIPELINE_SHARED") or ROOT.parent / "shared") / "data"
_SENTENCE = re.compile(r"(?<=[.!?] )[A-Z][a-z]+ [A-Za-z0-9,;' ]{50,170}\.(?= )")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_WITH_NUMBER = 0.15
# the score of two texts starts at .55, with half of it from the cosine; unrelated letters give up to .25
_NEAREST = 0.55
_AT_A_TIME = 2048


def real_text() -> str:
    """The shared English documents and questions if they are there; always the examples and Python's own manual."""
    from pydoc_data.topics import topics  # type: ignore[import-untyped]

    sources = [*sorted(SHARED.glob("documents/joss/gt/*.md")), SHARED / "documents/asvs/gt/asvs-4.0.3-en.md"]
    sources += [*sorted(ROOT.glob("examples/sources/*.md")), *sorted(ROOT.glob("examples/documents/*.md"))]
    sources += sorted((SHARED / "opentriviaqa").glob("*"))
    texts = [path.read_text("utf-8", "replace") for path in sources if path.is_file()]
    return " ".join(" ".join([*texts, *(topics[name] for name in sorted(topics))]).split())


class Writer:
    """Writes sentences, each unlike all before it."""

    def __init__(self, seed: int) -> None:
        text = real_text()
        self._real = sorted({match[0] for match in _SENTENCE.finditer(text)})
        words = {word for word in _WORD.findall(text) if word.lower() not in STOP_WORDS}
        self._words = sorted({word for word in words if word.islower()})
        self._names = sorted({word for word in words if not word.islower() and word.lower() not in words})
        self._random = random.Random(seed)
        self._embedder = WordLlamaEmbedder()
        self._before: list[Vectors] = []
        self._ready: Iterator[str] = iter(())

    def sentence(self) -> str:
        while (found := next(self._ready, None)) is None:
            self._ready = iter(self._unlike([self._made() for _ in range(_AT_A_TIME)]))
        return found

    def unchecked(self) -> str:
        """A sentence that may be near one before it: for more of them than can be compared with each other."""
        return self._made()

    def _made(self) -> str:
        text = _WORD.sub(self._other, self._random.choice(self._real)).removesuffix(".")
        if self._random.random() < _WITH_NUMBER:
            text += f" in {self._random.randint(2, 9999)} {self._random.choice(self._words)}"
        return text[0].upper() + text[1:] + "."

    def _other(self, word: re.Match[str]) -> str:
        if word[0].lower() in STOP_WORDS:
            return word[0]
        starts = word.start() == 0
        return self._random.choice(self._words if word[0].islower() or starts else self._names)

    def _unlike(self, texts: list[str]) -> Iterable[str]:
        vectors = self._embedder.embed(texts).vectors
        nearest = np.triu(vectors @ vectors.T, 1).max(axis=0)
        for before in self._before:
            nearest = np.maximum(nearest, (before @ vectors.T).max(axis=0))
        kept = nearest < _NEAREST
        self._before.append(vectors[kept])
        return [text for text, keep in zip(texts, kept.tolist(), strict=True) if keep]

    def heading(self, characters: int) -> str:
        return self.sentence()[:characters].rsplit(" ", 1)[0]

    def document(self, characters: int) -> str:
        """Markdown of about this many characters: sections with paragraphs and lists."""
        parts = [f"# {self.heading(60)}"]
        size = 0
        while size < characters:
            part = self._section()
            parts.append(part)
            size += len(part)
        return "\n\n".join(parts) + "\n"

    def _section(self) -> str:
        lines = [f"## {self.heading(50)}"]
        for _ in range(self._random.randint(1, 2)):
            lines.append(" ".join(self.sentence() for _ in range(self._random.randint(2, 4))))
        # headings, lists and captions: real documents are not all sentences (about 20 facts in 11.5 KB)
        lines.append("\n".join(f"- {self.sentence().rstrip('.')}" for _ in range(self._random.randint(2, 6))))
        return "\n\n".join(lines)


def write_markdown(folder: Path, count: int, characters: int = 11_500, seed: int = 7) -> list[Path]:
    """Make ``count`` markdown documents of about ``characters`` each; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(seed)
    paths = []
    for number in range(count):
        path = folder / f"document-{number:05}.md"
        path.write_text(writer.document(characters), "utf-8")
        paths.append(path)
    return paths


def real_documents() -> list[Path]:
    """The shared PDF, office, e-book and HTML files, if they are there."""
    endings = {".pdf", ".docx", ".pptx", ".xlsx", ".html", ".odt", ".epub", ".rtf"}
    files = [*sorted(SHARED.glob("documents/**/*")), *sorted(SHARED.glob("office/*"))]
    return [path for path in files if path.suffix in endings]
