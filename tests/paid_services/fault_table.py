"""What each fault of a paid service comes to: one table for the tests and for docs/paid_services.md.

``python -m tests.paid_services.fault_table`` writes the table into the document.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.paid_services import faults
from tests.paid_services.faults import status
from tests.paid_services.openai_protocol import Row, saying, vectors, writing
from tests.paid_services.server import Fault
from tests.support.paths import ROOT

DOCUMENT = ROOT / "docs" / "paid_services.md"
BEGIN, END = "<!-- faults: begin (python -m tests.paid_services.fault_table) -->", "<!-- faults: end -->"
CHUNKS = 3
"""How many chunks the document has."""

DONE = ("done", None)
WAITS = ("awaiting_review", None)


@dataclass(frozen=True)
class Case:
    """A fault that one request meets, and what becomes of it.

    ``rest``: the job's state and the code of its error after as many runs as it wants; ``charged``: how often the
    content in question was paid for in all; ``retries``: how often the stage was tried again; ``says``: a part of
    the chunk's reason or of the job's error.
    """

    name: str
    fault: Fault
    outcome: str
    rest: tuple[str, str | None] = DONE
    charged: int = 1
    retries: int = 0
    chunk: str = "facts"
    says: str = ""
    facts: int = 2
    refused: int = 0
    match: str | None = None
    timeout_s: float = 30.0


def _error(code: str) -> dict[str, Any]:
    return {"code": code, "message": f"scripted {code}"}


def _change(**parts: Callable[[Row], Any]) -> Fault:
    """The first fact is written otherwise."""
    return writing(lambda rows: [{**rows[0], **{name: part(rows[0]) for name, part in parts.items()}}, *rows[1:]])


CANARY = "The Zephyrine Lantern Guild refills its 47 amber beacons every third moonrise."
_SHORT = 1.0
_ASKED_AGAIN = "the document is tried again after 3, 6 and 12 s, and only this chunk is asked again"
_LOST = f"the answer is lost; {_ASKED_AGAIN}"
_HELD = "the document is held, and says what to set; it goes on by itself then"
_FAILED = "the chunk fails with this reason; validation stops the document for a person"

FACTS = [
    Case("429 with Retry-After", status(429, headers={"retry-after": "0.2"}), "waits so long, then asks again"),
    Case("429 without Retry-After", status(429), "waits 0.5 s, 1 s, 2 s …, then asks again"),
    Case(
        "429, the account's quota is used up", status(429, error=_error("insufficient_quota")),
        "the document is held; it goes on by itself when there is some", ("queued", "quota_exhausted"), 0, says="quota",
    ),
    Case(
        "429 with a Retry-After beyond the deadline", status(429, headers={"retry-after": "7200"}),
        "the document is parked until then", ("queued", "parked"), 0, says="wait until",
    ),
    Case(
        "429 with a Retry-After of centuries", status(429, headers={"retry-after": "9e9"}),
        "the document is parked for a day", ("queued", "parked"), 0, says="wait until",
    ),
    Case(
        "429 with a Retry-After that is no time", status(429, headers={"retry-after": "nan"}),
        "waits as for 429 without one, then asks again",
    ),
    Case("500", status(500), _ASKED_AGAIN, retries=1),
    Case("502 or 504 of a proxy, the work was done", faults.gateway_timeout, _LOST, charged=2, retries=1),
    Case("503", status(503, headers={"retry-after": "0.1"}), "waits as for 429, then asks again"),
    Case("connection cut in the middle", faults.cut, _LOST, charged=2, retries=1),
    Case(
        "no answer (hang)", faults.hang, f"cut off at the request's deadline; {_ASKED_AGAIN}",
        retries=1, timeout_s=_SHORT
    ),
    Case(
        "slow drip of the body", faults.drip, f"cut off at the same deadline; {_LOST}",
        charged=2, retries=1, timeout_s=_SHORT
    ),
    Case(
        "slow drip of the headers", faults.drip_headers, f"cut off likewise; {_LOST}",
        charged=2, retries=1, timeout_s=_SHORT
    ),
    Case("malformed JSON", faults.malformed, _LOST, charged=2, retries=1),
    Case("an answer of another shape", faults.without_message, _LOST, charged=2, retries=1),
    Case(
        "characters that no text has (NUL)", _change(answer=lambda row: row["answer"] + "\x00"),
        "they are left out",
    ),
    Case(
        "facts without a question or an answer", _change(answer=lambda _: " "), "the fact is refused and counted",
        facts=1, refused=1,
    ),
    Case(
        "the model writes no JSON", saying("Certainly! Here are the facts:"), _FAILED, WAITS, chunk="failed",
        says="schema violation", facts=0,
    ),
    Case(
        "wrong schema", saying('{"facts": [{"question": "What?", "answer": 5}], "nothing_here": ""}'), _FAILED, WAITS,
        chunk="failed", says="schema violation: facts.0.answer", facts=0,
    ),
    Case(
        "refusal", saying(None, refusal="I cannot help with that."), _FAILED, WAITS, chunk="failed",
        says="refused: I cannot help", facts=0,
    ),
    Case(
        "a refusal in broken Unicode", saying(None, refusal="I cannot \ud800\x00help."), _FAILED, WAITS,
        chunk="failed", says="refused: I cannot", facts=0,
    ),
    Case(
        "truncated output (`length`)", saying('{"facts": [{"ques', finish="length"), _FAILED, WAITS, chunk="failed",
        says="truncated", facts=0,
    ),
    Case(
        "content filter on the answer", saying("", finish="content_filter"), _FAILED, WAITS, chunk="failed",
        says="content filter: the endpoint withheld", facts=0,
    ),
    Case(
        "content filter on the passage", status(400, error=_error("content_filter")), _FAILED, WAITS, 0,
        chunk="failed", says="content filter: the endpoint would not read", facts=0,
    ),
    Case(
        "passage too long for the model", status(400, error=_error("context_length_exceeded")), _FAILED, WAITS, 0,
        chunk="failed", says="too long", facts=0,
    ),
    Case(
        "empty list", writing(lambda _: [], "It only names a form."), "the chunk has nothing, with the model's reason",
        chunk="nothing_here", says="It only names a form.", facts=0,
    ),
    Case("duplicated facts", writing(lambda rows: rows + rows), "each fact once"),
    Case(
        "fabricated quote", _change(quotes=lambda _: ["The boiler may be serviced by anybody at any time."]),
        "the fact is refused and counted", facts=1, refused=1,
    ),
    Case(
        "quote with a typing error", _change(quotes=lambda row: [row["quotes"][0].replace("certified", "certifed")]),
        "aligned, repaired to the source's own characters, and marked `aligned`", match="aligned",
    ),
    Case(
        "example of the prompt, with its own quote",
        _change(statement=lambda _: CANARY, answer=lambda _: CANARY, quotes=lambda _: [CANARY]),
        "the fact is refused and counted", facts=1, refused=1,
    ),
    Case(
        "example of the prompt, with a quote of the passage",
        _change(statement=lambda _: CANARY, answer=lambda _: CANARY),
        "the fact is refused and counted", facts=1, refused=1,
    ),
    Case(
        "a question about what is only in the prompt's examples",
        _change(question=lambda _: "How often is the boiler of the Zephyrine Lantern Guild serviced?"),
        "the fact is refused and counted", facts=1, refused=1,
    ),
    Case(
        "401, wrong key", status(401, error=_error("invalid_api_key")), _HELD,
        ("queued", "key_refused"), 0, says="answered 401",
    ),
    Case(
        "404, no such model", status(404, error=_error("model_not_found")), _HELD,
        ("queued", "unknown_to_service"), 0, says="answered 404",
    ),
    Case(
        "400, an option it does not know", status(400, error=_error("unsupported_parameter")),
        _HELD, ("queued", "option_refused"), 0, says="answered 400",
    ),
]  # fmt: skip
"""Faults of the request for the facts of one chunk of three."""

_PART = "the document is tried again, and only this request's texts are sent again"
_wider: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda rows: [  # noqa: E731
    {**row, "embedding": [*row["embedding"], 1.0]} for row in rows
]


def _with_nan(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**rows[0], "embedding": [float("nan")] * len(rows[0]["embedding"])},
        *rows[1:],
    ]


EMBEDDINGS = [
    Case("429 with Retry-After", status(429, headers={"retry-after": "0.2"}), "waits so long, then asks again"),
    Case("500", status(500), _PART, retries=1),
    Case("connection cut in the middle", faults.cut, _PART, charged=2, retries=1),
    Case("no answer (hang)", faults.hang, f"cut off at the request's deadline; {_PART}", retries=1, timeout_s=_SHORT),
    Case("wrong number of vectors", vectors(lambda rows: rows[:-1]), _PART, charged=2, retries=1),
    Case("vectors in another order", vectors(lambda rows: rows[::-1]), "each goes to its own text, by its index"),
    Case(
        "NaN in a vector", vectors(_with_nan), "the other vectors are kept; only this text is sent again", charged=2,
        retries=1,
    ),
    Case(
        "vectors of another length", vectors(_wider), _HELD,
        ("queued", "option_refused"), says="33 dimensions, but 32",
    ),
]  # fmt: skip
"""Faults of one request for vectors of several."""


def render() -> str:
    """Both tables in markdown."""
    parts = []
    for title, cases in (("Facts (one chunk)", FACTS), ("Vectors (one request of many texts)", EMBEDDINGS)):
        rows = [f"| {case.name} | {case.outcome} | {case.charged} |" for case in cases]
        parts.append("\n".join([f"### {title}", "", "| fault | outcome | charged |", "|---|---|--:|", *rows]))
    return "\n\n".join([BEGIN, *parts, END])


def written() -> str:
    """The tables as they stand in the document."""
    text = DOCUMENT.read_text("utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


if __name__ == "__main__":
    DOCUMENT.write_text(DOCUMENT.read_text("utf-8").replace(written(), render()), "utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")
