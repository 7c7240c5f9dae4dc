"""The Batch API on the server: files in, a batch that takes some looks to end, a file of results out."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.paid_services.openai_protocol import facts_of, passage
from tests.paid_services.server import Answer, Exchange, PaidServer


@dataclass
class Batches:
    """``looks`` is how often a batch is looked at before it has ended; ``leave_out`` keys get no result,
    and the results of ``spoil`` are cut short."""

    looks: int = 1
    status: str = "completed"
    leave_out: int = 0
    spoil: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    deleted: int = 0
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    looked: dict[str, int] = field(default_factory=dict)

    def add_to(self, server: PaidServer) -> None:
        server.route("POST", "/v1/files", self._upload)
        server.route("GET", "/v1/files/([^/]+)/content", self._content)
        server.route("DELETE", "/v1/files/([^/]+)", self._delete)
        server.route("POST", "/v1/batches", self._create)
        server.route("GET", "/v1/batches", self._list)
        server.route("GET", "/v1/batches/([^/]+)", self._get)

    def _upload(self, exchange: Exchange) -> Answer:
        data = re.search(rb'name="file".*?\r\n\r\n(.*?)\r\n--', exchange.raw, re.DOTALL)
        assert data, "no file in the form"
        name = f"file-{len(self.files) + self.deleted}"
        self.files[name] = data[1]
        head = {"object": "file", "bytes": len(data[1]), "created_at": 0, "filename": "x.jsonl", "purpose": "batch"}
        return 200, {"id": name, "status": "processed", **head}, {}

    def _content(self, exchange: Exchange) -> Answer:
        return 200, self.files[exchange.match[1]], {"content-type": "application/octet-stream"}

    def _delete(self, exchange: Exchange) -> Answer:
        self.files.pop(exchange.match[1])
        self.deleted += 1
        return 200, {"id": exchange.match[1], "object": "file", "deleted": True}, {}

    def _create(self, exchange: Exchange) -> Answer:
        body = exchange.body
        name = f"batch-{len(self.made)}"
        head = {"object": "batch", "created_at": 0, "status": "validating", "completion_window": "24h"}
        kept = {key: body[key] for key in ("endpoint", "input_file_id", "metadata")}
        self.made[name] = {"id": name, **head, **kept}
        return 200, self.made[name], {}

    def _list(self, _exchange: Exchange) -> Answer:
        return 200, {"object": "list", "data": list(self.made.values()), "has_more": False}, {}

    def _get(self, exchange: Exchange) -> Answer:
        name = exchange.match[1]
        batch = self.made[name]
        self.looked[name] = self.looked.get(name, 0) + 1
        if self.looked[name] > self.looks and "output_file_id" not in batch:
            batch["status"] = self.status
            if self.status == "failed":
                batch["errors"] = {"object": "list", "data": [{"message": "line 1 is wrong", "code": "x", "line": 1}]}
            else:
                batch["output_file_id"] = self._work(exchange, batch)
        return 200, batch, {}

    def _work(self, exchange: Exchange, batch: dict[str, Any]) -> str:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        results = [self._line(exchange, line) for line in lines[self.leave_out :]]
        name = f"file-{len(self.files) + self.deleted}"
        # in any order: the custom_id says whose it is
        texts = [json.dumps(row) for row in reversed(results)]
        self.files[name] = "\n".join([text[:-40] for text in texts[: self.spoil]] + texts[self.spoil :]).encode()
        return name

    def _line(self, exchange: Exchange, line: dict[str, Any]) -> dict[str, Any]:
        text = passage(line["body"])
        content = json.dumps({"facts": facts_of(text), "nothing_here": ""})
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        exchange.charge([f"facts {text}"], 1100)
        message = {"role": "assistant", "content": content, "refusal": None}
        choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}
        body = {"id": "c", "object": "chat.completion", "created": 0, "model": line["body"]["model"]}
        response = {"status_code": 200, "body": {**body, "choices": [choice], "usage": usage}}
        return {"id": "r", "custom_id": line["custom_id"], "response": response, "error": None}
