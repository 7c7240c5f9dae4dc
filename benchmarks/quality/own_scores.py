"""The package's own scorers, for its own samples: the same measures as the shared ones, in a plainer form."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq, Levenshtein

_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 0.8
"""The share of a label's words that one fact must have."""
_FORMS = ("prose", "item", "row")


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def f1(found: Counter[str], wanted: Counter[str]) -> float:
    """Of two bags: the harmonic mean of precision and recall; 0 where nothing is shared."""
    shared = (found & wanted).total()
    return 2 * shared / (found.total() + wanted.total()) if shared else 0.0


def markdown(text: str, truth: str, tables_only: bool) -> Mapping[str, float]:
    """Shares 0..1 of one document; a measure that its truth has nothing of is not there."""
    scores: dict[str, float] = {}
    if cells := Counter(_cells(truth)):
        scores["cell_f1"] = f1(Counter(_cells(text)), cells)
    if tables_only:
        return scores
    got, wanted = words(text), words(truth)
    shared = (Counter(got) & Counter(wanted)).total()
    scores["text_f1"] = f1(Counter(got), Counter(wanted))
    scores["order"] = LCSseq.similarity(got, wanted) / max(1, shared)
    if headings := _lines(truth, r"#+ "):
        scores["head_text_f1"] = f1(_lines(text, r"#+ ", level=False), _lines(truth, r"#+ ", level=False))
        scores["head_f1"] = f1(_lines(text, r"#+ "), headings)
    if items := _lines(truth, r"[-*] "):
        scores["list_r"] = (_lines(text, r"[-*] ") & items).total() / items.total()
    return scores


def _cells(text: str) -> Iterable[str]:
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield from (cell for part in line.strip("|").split("|") if (cell := " ".join(words(part))))


def _lines(text: str, mark: str, *, level: bool = True) -> Counter[str]:
    found = (re.match(rf"\s*({mark})(.*)", line) for line in text.splitlines())
    return Counter(f"{one[1] if level else ''}{' '.join(words(one[2]))}" for one in found if one)


def labels(file: Path, exports: Path, *, misses: bool = False) -> str:
    """Recall of key facts by kind of text, junk that was taken, and questions that begin alike."""
    facts = {path.stem: json.loads(path.read_text("utf-8"))["facts"] for path in exports.glob("*.json")}
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    missed: list[str] = []
    for row in rows:
        form = row["form"] if row["kind"] == "key" else "junk"
        taken = any(_says(fact, row) for fact in facts.get(row["document"], []))
        asked[form] += 1
        found[form] += taken
        if taken == (form == "junk"):
            missed.append(f"{'junk as fact' if taken else 'key lost'}\t{row['document']}\t{form}\t{row['quote']}")
    lines = [f"{'facts':6} {sum(map(len, facts.values()))}"]
    keys = sum(asked[form] for form in _FORMS)
    lines.append(f"{'keys':6} {sum(found[form] for form in _FORMS) / max(1, keys):.2f} of {keys}")
    lines += [f"{form:6} {found[form] / asked[form]:.2f} of {asked[form]}" for form in (*_FORMS, "junk") if asked[form]]
    alike = max((_alike(of_document) for of_document in facts.values()), default=0.0)
    lines.append(f"{'alike':6} {alike:.2f} of a document's questions at most begin alike")
    return "\n".join([*lines, *(missed if misses else [])])


def _says(fact: Mapping[str, Any], label: Mapping[str, str]) -> bool:
    """Return whether the fact has the label's numbers and most of its words, or quotes mostly that where it is junk."""
    wanted = Counter(words(label["quote"]))
    parts = ("statement", "quote", "answer") if label["kind"] == "key" else ("quote",)
    have = Counter({word for part in parts for word in words(fact[part] or "")} & wanted.keys())
    if any(word not in have for word in wanted if word.isdigit()):
        return False
    said = len(have) >= _ENOUGH * len(wanted)
    return said and (label["kind"] == "key" or len(wanted) >= _ENOUGH * len(set(words(fact["quote"]))))


def _alike(facts: list[Mapping[str, Any]]) -> float:
    """The share of questions that begin with the three words that most of them begin with."""
    openings = Counter(" ".join(words(fact["question"])[:3]) for fact in facts if fact["question"])
    return max(openings.values(), default=0) / openings.total() if openings.total() >= 5 else 0.0


def scans(texts: Path, exports: Path) -> str:
    """The word error rate of each scan: words to change, add or take away, as a share of those that are there."""
    lines = []
    for name, text in json.loads(texts.read_text("utf-8")).items():
        exported = json.loads((exports / f"{name}.json").read_text("utf-8"))
        got, wanted = words("\n".join(chunk["text"] for chunk in exported["chunks"])), words(text)
        lines.append(f"{name:24} {len(wanted):6} words  WER {Levenshtein.distance(got, wanted) / len(wanted):.3f}")
    return "\n".join(lines)
