"""What each fault of LlamaParse comes to: one table for the tests and for docs/llama_parse.md.

``python -m tests.paid_services.llama_table`` writes the table into the document.
"""

import re
import sys
from dataclasses import dataclass

from tests.paid_services import faults
from tests.paid_services.faults import status
from tests.paid_services.llama_protocol import FILES, PARSE, changing, job, page_row, pages
from tests.paid_services.server import Exchange, Fault
from tests.support.paths import ROOT

DOCUMENT = ROOT / "docs" / "llama_parse.md"
BEGIN, END = "<!-- faults: begin (python -m tests.paid_services.llama_table) -->", "<!-- faults: end -->"
ALWAYS = 10_000

UPLOAD, START, LOOK = ("POST", FILES), ("POST", PARSE), ("GET", PARSE + r"/pjb-[\w-]+")
ANY = (".*", ".*")


@dataclass(frozen=True)
class Case:
    """A fault that requests of a kind meet, ``times`` times, and what becomes of the document.

    ``alone`` is the outcome without a fallback and ``code`` its error's code; ``local`` is the outcome with the local
    converter as fallback. ``charged``: jobs that were paid for in all, in either case.
    """

    name: str
    request: tuple[str, str]
    fault: Fault
    alone: str = "converted"
    code: str | None = None
    local: str = "local"
    charged: int = 1
    times: int = 1
    finding: str | None = None
    deadline_s: float = 15.0
    note: str = ""

    def meets(self, exchange: Exchange) -> bool:
        method, path = self.request
        return bool(re.fullmatch(method, exchange.method) and re.fullmatch(path, exchange.path))


def ok(name: str, request: tuple[str, str], fault: Fault, note: str, **more: object) -> Case:
    """A fault that does not matter in the end."""
    return Case(name, request, fault, local="converted", note=note, **more)  # type: ignore[arg-type]


_ASKED_AGAIN = "asked again"
_FOUND = "the job is found by its tag"
_BLANK = pages(lambda rows: [page_row(row["page_number"], "") for row in rows])

CASES = [
    ok("upload: 429 with Retry-After", UPLOAD, status(429, headers={"retry-after": "0.1"}), "waits so long"),
    ok("upload: 500", UPLOAD, status(500), _ASKED_AGAIN),
    ok("upload: connection cut in the middle", UPLOAD, faults.cut, _ASKED_AGAIN),
    ok("upload: no answer (hang)", UPLOAD, faults.hang, "cut off at the request's deadline, " + _ASKED_AGAIN),
    Case("upload: 401, wrong key", UPLOAD, status(401), "held", "key_refused", charged=0),
    Case("upload: 403", UPLOAD, status(403), "held", "key_refused", charged=0),
    Case("upload: 404, wrong address", UPLOAD, status(404), "held", "unknown_to_service", charged=0),
    Case("upload: 413, too large", UPLOAD, status(413), "dead", "conversion_refused", charged=0),
    Case("upload: 415, unsupported file", UPLOAD, status(415), "dead", "conversion_refused", charged=0),
    ok("start: 429 without Retry-After", START, status(429), "waits 0.5 s, 1 s, 2 s"),
    ok("start: 503", START, status(503), "waits likewise"),
    Case(
        "start: 429 with a Retry-After beyond the deadline", START, status(429, headers={"retry-after": "7200"}),
        "parked", "parked", charged=0, note="until then",
    ),
    Case("start: 402, no credits left", START, status(402), "held", "quota_exhausted", charged=0),
    Case("start: 422, a parameter it does not know", START, status(422), "dead", "conversion_refused", charged=0),
    ok("start: 500, not begun", START, status(500), "looked for by its tag, then begun"),
    ok("start: connection cut, begun all the same", START, faults.cut, _FOUND),
    ok("start: slow drip, begun all the same", START, faults.drip, "cut off; " + _FOUND),
    ok("start: malformed JSON", START, faults.malformed, _FOUND),
    ok("start: the answer names no job", START, changing(lambda body: body.pop("id")), _FOUND),
    ok("look: 429 with Retry-After", LOOK, status(429, headers={"retry-after": "0.1"}), "waits so long"),
    ok("look: 500", LOOK, status(500), _ASKED_AGAIN),
    ok("look: connection cut in the middle", LOOK, faults.cut, _ASKED_AGAIN),
    ok("look: no answer (hang)", LOOK, faults.hang, "cut off at the request's deadline, " + _ASKED_AGAIN),
    ok("look: slow drip of the headers", LOOK, faults.drip_headers, "cut off likewise"),
    ok("look: malformed JSON", LOOK, faults.malformed, _ASKED_AGAIN),
    ok("look: another shape", LOOK, changing(lambda body: body.update(job=5)), _ASKED_AGAIN),
    Case(
        "job stuck in PENDING", LOOK, job(status="PENDING"), "parked", "conversion_pending", times=ALWAYS,
        note="the next run looks at the same job", deadline_s=0.3,
    ),
    Case(
        "job stuck in a state that we do not know", LOOK, job(status="PAUSED"), "parked", "conversion_pending",
        times=ALWAYS, deadline_s=0.3,
    ),
    Case("job FAILED", LOOK, job(status="FAILED", error_message="no fonts"), "dead", "conversion_failed"),
    Case("job CANCELLED", LOOK, job(status="CANCELLED"), "dead", "conversion_failed"),
    Case("job gone (404)", LOOK, status(404), "dead", "conversion_failed"),
    ok("result missing, once", LOOK, job(status="COMPLETED"), "looked at again"),
    Case("result missing for good", LOOK, job(status="COMPLETED"), "dead", "conversion_failed", times=ALWAYS),
    Case("result without pages", LOOK, pages(lambda _: []), "dead", "conversion_failed", times=ALWAYS),
    Case("every page empty", LOOK, _BLANK, "dead", "no_text", times=ALWAYS),
    ok(
        "one page empty", LOOK, pages(lambda rows: [page_row(1, " \n"), *rows[1:]]), "the page counts as blank",
        times=ALWAYS,
    ),
    ok(
        "one page failed", LOOK, pages(lambda rows: [{"page_number": 1, "success": False, "error": "x"}, *rows[1:]]),
        "the reviewer is told which", times=ALWAYS, finding="page_failed",
    ),
    ok(
        "one page missing", LOOK, pages(lambda rows: rows[1:]), "counts as failed; the reviewer is told which",
        times=ALWAYS, finding="page_failed",
    ),
    Case("every page failed", LOOK, pages(lambda rows: [{**row, "success": False} for row in rows]), "dead",
         "conversion_failed", times=ALWAYS),
    Case("a page twice", LOOK, pages(lambda rows: [*rows, rows[0]]), "dead", "conversion_failed", times=ALWAYS),
    Case(
        "a page more than the file has", LOOK, pages(lambda rows: [*rows, page_row(99, "x")]), "dead",
        "conversion_failed", times=ALWAYS,
    ),
    ok("NUL and half a character in the text", LOOK,
       pages(lambda rows: [page_row(1, "a\0b\ud800c"), *rows[1:]]), "replaced by U+FFFD", times=ALWAYS),
    Case("500 to every request", ANY, status(500), "held", "service_unavailable", charged=0, times=ALWAYS),
]  # fmt: skip

_WORDS = {
    "converted": "converted",
    "local": "converted by the local converter, with a finding",
    "dead": "dead letter",
    "parked": "parked",
    "held": "held",
}


def render() -> str:
    """The table in markdown."""
    rows = []
    for case in CASES:
        alone = _WORDS[case.alone] + (f" (`{case.code}`)" if case.code else "")
        alone += f": {case.note}" if case.note else ""
        local = "likewise" if case.local == case.alone else _WORDS[case.local]
        rows.append(f"| {case.name} | {alone} | {local} | {case.charged} |")
    head = ["| fault | `FALLBACK=none` | `FALLBACK=local` | jobs paid |", "|---|---|---|--:|"]
    return "\n".join([BEGIN, "", *head, *rows, "", END])


def written() -> str:
    """The table as it stands in the document."""
    text = DOCUMENT.read_text("utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


if __name__ == "__main__":
    DOCUMENT.write_text(DOCUMENT.read_text("utf-8").replace(written(), render()), "utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")
