"""Documents for benchmarks: markdown of a given size whose sentences are made by a word chain over real text.

A chain keeps the lengths and frequencies of real words, and no two of its sentences are alike, so that duplicate
detection has as much to do as with real documents and nothing waits for a person.
"""

import random
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
_ORDER = 2
_WITH_NUMBER = 0.15


def real_text() -> str:
    """Ground-truth markdown of the shared documents in English, else this repository's own documents."""
    sources = [*sorted(SHARED.glob("documents/joss/gt/*.md")), SHARED / "documents/asvs/gt/asvs-4.0.3-en.md"]
    texts = [path.read_text("utf-8") for path in sources if path.is_file()]
    if not texts:
        texts = [path.read_text("utf-8") for path in sorted(ROOT.glob("**/*.md")) if ".venv" not in path.parts]
    return "\n".join(texts)


class WordChain:
    """A Markov chain over words (Shannon 1948): each word follows the two before it as it does in the text."""

    def __init__(self, text: str, seed: int) -> None:
        words = _WORD.findall(text)
        self._follows: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for i in range(len(words) - _ORDER):
            self._follows[tuple(words[i : i + _ORDER])].append(words[i + _ORDER])
        self._keys = sorted(self._follows)
        self._random = random.Random(seed)

    def sentence(self) -> str:
        key = self._random.choice(self._keys)
        words = list(key)
        for _ in range(self._random.randint(6, 22)):
            # now and then another thread is taken up, so that the source's own sentences are not repeated
            if self._random.random() < 0.15:
                key = self._random.choice(self._keys)
            word = self._random.choice(self._follows.get(key) or ["and"])
            words.append(word)
            key = (*key[1:], word)
        if self._random.random() < _WITH_NUMBER:
            words.insert(3, f"is {self._random.randint(2, 9999)}")
        return " ".join(words).capitalize() + "."

    def document(self, characters: int) -> str:
        """Markdown of about this many characters: sections with paragraphs, lists and now and then a table."""
        parts = [f"# {self.sentence()[:50].rstrip('.')}"]
        size = 0
        while size < characters:
            part = self._section()
            parts.append(part)
            size += len(part)
        return "\n\n".join(parts) + "\n"

    def _section(self) -> str:
        lines = [f"## {self.sentence()[:40].rstrip('.')}"]
        for _ in range(self._random.randint(1, 2)):
            lines.append(" ".join(self.sentence() for _ in range(self._random.randint(2, 4))))
        # headings, lists and captions: real documents are not all sentences (about 20 facts in 11.5 KB)
        lines.append("\n".join(f"- {self.sentence().rstrip('.')}" for _ in range(self._random.randint(2, 6))))
        return "\n\n".join(lines)


def write_markdown(folder: Path, count: int, characters: int = 11_500, seed: int = 7) -> list[Path]:
    """Make ``count`` markdown documents of about ``characters`` each; answers with their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    chain = WordChain(real_text(), seed)
    paths = []
    for number in range(count):
        path = folder / f"document-{number:05}.md"
        path.write_text(chain.document(characters), "utf-8")
        paths.append(path)
    return paths


def real_documents(most: int = 10_000) -> list[Path]:
    """The shared PDF, DOCX, PPTX, XLSX and HTML files, if they are there."""
    endings = {".pdf", ".docx", ".pptx", ".xlsx", ".html"}
    files = [*sorted(SHARED.glob("documents/**/*")), *sorted(SHARED.glob("office/*"))]
    return [path for path in files if path.suffix in endings][:most]
