"""A local server in place of a language model: it speaks the protocol and replays recorded answers.

Of a passage it says what a model wrote down once, where that is known (``documents/recorded_facts.json``: of the own
samples). Of any other passage it says what fixed rules make of the prompt's own words, in the shapes that models
answer in: whole sentences, items with their lead-in, rows with their header, thoughts before the answer, a fence around
it; here and there a quote that is not letter for letter, and a fact that the model made up. No model is judged by that,
but the way of an answer from the prompt to what is published.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

MODEL = "replayed"
INVENTED = "The harbour master may sink any boat on day"
"""How each fact begins that is in no passage."""
Row = dict[str, Any]

RECORDED: list[Row] = json.loads((Path(__file__).parent / "documents" / "recorded_facts.json").read_text("utf-8"))

_PASSAGE = re.compile(r"<passage>\n(.*)\n</passage>", re.DOTALL)
_MOST = re.compile(r"At most (\d+) facts")
_SENTENCE = re.compile(r"[^\W\d_].*?[.!?。！？](?=\s|\Z)", re.DOTALL)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<text>\S.*)")
_DELIMITER = re.compile(r"\|[ \t:|-]+\|?")
_WORDS = 6
"""A sentence of fewer words is none that a model would take."""
_INVENTS, _ERRS, _DOUBTS, _THINKS, _FENCES = 9, 7, 20, 5, 4
"""One in so many: passages with a fact that is made up; facts with a wrong letter in a quote; facts of which the model
is not sure; returns thoughts before them; answers in a fence."""
_SURE, _UNSURE = -0.05, -2.5
_LONG = 40  # characters of a quote that is long enough for a wrong letter
_LONG_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{7,}(?![^\W_])")
_TOKEN = 8  # characters


def recorded(text: str) -> list[Row]:
    """Return the facts that a model once wrote of this passage: those whose quotes are all in it."""
    return [row for row in RECORDED if all(quote in text for quote in row["quotes"])]


def derived(text: str, most: int) -> list[Row]:
    """Return the facts that rules make of a passage: rows, items, and at most so many sentences of running text."""
    facts: list[Row] = []
    sentences: list[Row] = []
    header = lead_in = ""
    for block in re.split(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+#|]|\d{1,3}[.)][ \t]))", text):
        block = block.strip("\n")
        item = _ITEM.fullmatch(block.replace("\n", " "))
        if block.startswith("|"):
            if header and not _DELIMITER.fullmatch(block.strip()):
                facts.append(_fact(_row(header, block), [header, block]))
            header = header or block
            continue
        header = ""
        if item and "\n" not in block:
            told = item["text"]
            said = f"{lead_in.rstrip(':：')} {told}".rstrip(";,") if lead_in else told
            facts.append(_fact(said, [lead_in, told] if lead_in else [told]))
            continue
        lead_in = block if block.endswith((":", "：")) and "\n" not in block else ""
        if not block.startswith(("#", "```", ">", "<")):
            found = (one[0] for one in _SENTENCE.finditer(block))
            sentences += [_fact(" ".join(one.split()), [one]) for one in found if len(one.split()) >= _WORDS]
    return facts + sentences[:most]


def _fact(statement: str, quotes: list[str]) -> Row:
    return {"statement": statement, "quotes": quotes, "question": None, "answer": None}


def _row(header: str, row: str) -> str:
    names, cells = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in (header, row))
    named = [f"{name}: {cell}" if name else cell for name, cell in zip(names[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]}: {'; '.join(named)}" if named else cells[0]


def _chance(text: str, one_in: int, kind: str) -> bool:
    """Return whether the text is one of so many: always the same for the same text."""
    return int.from_bytes(sha256(f"{kind}\0{text}".encode()).digest()[:4], "big") % one_in == 0


class Replay:
    """Counts of answers so far, by kind: facts ``recorded``, ``derived``, ``invented``, and passages with ``nothing``.

    Of the facts some are ``misquoted``, and of some the model was not sure (``doubted``).
    """

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.doubted: set[str] = set()
        self._lock = Lock()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """A chat completion for the request of the product."""
        prompt, message = request["messages"][0]["content"], request["messages"][-1]["content"]
        passage, most = _PASSAGE.search(message), _MOST.search(prompt)
        if passage is None or most is None or request["response_format"]["type"] != "json_schema":
            raise ValueError("This is no request for facts.")
        content, unsure = self._content(passage[1], int(most[1]))
        rows = list(_tokens(content, unsure))
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": content, "refusal": None},
            "logprobs": {"content": rows} if request.get("logprobs") else None,
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": len(message) // 4, "completion_tokens": len(rows)}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": request["model"]}
        return {**head, "choices": [choice], "usage": {**usage, "total_tokens": sum(usage.values())}}

    def _content(self, text: str, most: int) -> tuple[str, set[str]]:
        """Return the answer for the passage, and the statements in it that the model is not sure of."""
        facts, kind = recorded(text), "recorded"
        if not facts:
            facts, kind = derived(text, most), "derived"
        said = Counter({kind: len(facts), "nothing": not facts})
        doubted = set()
        written = []
        for fact in facts:
            statement, quotes = fact["statement"], list(fact["quotes"])
            misspelt = _misspelt(quotes[-1])
            if kind == "derived" and misspelt != quotes[-1] and _chance(statement, _ERRS, "error"):
                quotes[-1] = misspelt
                said["misquoted"] += 1
            if kind == "derived" and _chance(statement, _DOUBTS, "doubt"):
                doubted.add(statement)
            written.append({**fact, "quotes": quotes})
        if kind == "recorded" or _chance(text, _INVENTS, "invented"):
            day = int.from_bytes(sha256(text.encode()).digest()[:2], "big")
            invented = f"{INVENTED} {day} of the year."
            written.append(_fact(invented, [invented]))
            said["invented"] += 1
        with self._lock:
            self.said += said
            self.doubted |= doubted
        content = json.dumps({"facts": written, "nothing_here": "" if written else "no fact"}, ensure_ascii=False)
        if _chance(text, _FENCES, "fence"):
            content = f"```json\n{content}\n```"
        if _chance(text, _THINKS, "thoughts"):
            content = f"<think>\nThe passage states {len(written)} facts.\n</think>\n{content}"
        return content, doubted


def _misspelt(quote: str) -> str:
    """The quote with one letter twice, in the middle of its longest word; as it is, if it is short or has none."""
    words = [*_LONG_WORD.finditer(quote)]
    if not words or len(quote) < _LONG:
        return quote
    longest = max(words, key=lambda word: len(word[0]))
    middle = (longest.start() + longest.end()) // 2
    return quote[:middle] + quote[middle - 1] + quote[middle:]


def _tokens(content: str, unsure: set[str]) -> Iterator[Row]:
    """The content in pieces, each with its log-probability."""
    said = [json.dumps(statement, ensure_ascii=False) for statement in unsure]
    spans = [(at, at + len(one)) for one in said if (at := content.find(one)) >= 0]
    for at in range(0, len(content), _TOKEN):
        token = content[at : at + _TOKEN]
        doubted = any(start < at + _TOKEN and at < end for start, end in spans)
        yield {
            "token": token,
            "bytes": list(token.encode()),
            "logprob": _UNSURE if doubted else _SURE,
            "top_logprobs": [],
        }


@contextmanager
def serving(replay: Replay) -> Iterator[str]:
    """The address (``…/v1``) at which the replay answers on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "me"}]})

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._send(replay.answer(request))

        def _send(self, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Not on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def settings_for(address: str) -> dict[str, object]:
    """Return the settings that docs/paid_services.md gives for a model on one's own machine."""
    return {
        "fact_generator": "openai",
        "openai_own_server": True,
        "openai_base_url": address,
        "openai_fact_model": MODEL,
    }


def told(replay: Replay, exports: Path) -> str:
    """Say what was answered, and how much was published that should not have been."""
    said = replay.said
    files = sorted(exports.glob("*.json"))
    published = [fact["statement"] for file in files for fact in json.loads(file.read_text("utf-8"))["facts"]]
    made_up = sum(statement.startswith(INVENTED) for statement in published)
    return (
        f"answered: {said['recorded']:,} facts that were written down once, {said['derived']:,} by fixed rules; "
        f"none of {said['nothing']:,} passages\n"
        f"published: {len(published):,}; of {said['invented']:,} made up: {made_up}; "
        f"of {len(replay.doubted):,} that the model was not sure of: {len(replay.doubted.intersection(published)):,}; "
        f"with a wrong letter in a quote there were {said['misquoted']:,}"
    )
