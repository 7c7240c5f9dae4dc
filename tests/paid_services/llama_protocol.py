"""LlamaCloud's protocol, as far as the ``llama_cloud`` client is used: files, parse jobs, their list, versions.

What it reads of a file is what the local converter reads of it, page by page.
"""

import email
import email.policy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import NoTextError, PipelineError
from tests.paid_services.server import Answer, Exchange, Fault, Handler, PaidServer

FILES, PARSE, VERSIONS = "/api/v1/beta/files", "/api/v2/parse", "/api/v2/parse/versions"
PAGE_SIZE = 2
"""Jobs in one page of the list: few, so that more than one is needed."""
Change = Callable[[dict[str, Any]], Any]


@dataclass
class LlamaCloud:
    """Files and jobs by id, oldest first. A job ends after ``looks`` looks at it."""

    local: LocalConverter
    looks: int = 1
    credits: bool = False
    """Whether it says how many credits it billed."""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    looked: dict[str, int] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    """Files that were deleted, in order."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The bodies with which jobs were started."""

    def upload(self, exchange: Exchange) -> Answer:
        kind = exchange.handler.headers["content-type"]
        message = email.message_from_bytes(
            b"content-type: " + kind.encode() + b"\r\n\r\n" + exchange.raw, policy=_POLICY
        )
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        assert parts["purpose"].get_payload(decode=True) == b"parse"
        file_id = f"file-{uuid4()}"
        data = parts["file"].get_payload(decode=True)
        assert isinstance(data, bytes)
        self.files[file_id] = (str(parts["file"].get_filename()), data)
        return 200, {"id": file_id, "name": self.files[file_id][0], "project_id": "p"}, {}

    def delete(self, exchange: Exchange) -> Answer:
        file_id = exchange.match["file"]
        if self.files.pop(file_id, None) is None:
            return 404, {"detail": "no such file"}, {}
        self.deleted.append(file_id)
        return 204, b"", {}

    def start(self, exchange: Exchange) -> Answer:
        body = exchange.body
        self.asked.append(body)
        _, data = self.files[body["file_id"]]
        exchange.charge([f"parse {body['tier']} {hashlib.sha256(data).hexdigest()}"], 0)
        job_id = f"pjb-{uuid4()}"
        self.jobs[job_id] = {
            "id": job_id,
            "project_id": "p",
            "status": "PENDING",
            "tier": body["tier"],
            "created_at": datetime.now(UTC).isoformat(),
            "user_metadata": body.get("user_metadata"),
            "file_id": body["file_id"],
        }
        return 200, self.jobs[job_id], {}

    def look(self, exchange: Exchange) -> Answer:
        job = self.jobs.get(exchange.match["job"])
        if job is None:
            return 404, {"detail": "no such job"}, {}
        self.looked[job["id"]] = self.looked.get(job["id"], 0) + 1
        if self.looked[job["id"]] <= self.looks:
            return 200, {"job": {**job, "status": "RUNNING"}}, {}
        pages, error = self._pages(job)
        status = {"status": "FAILED" if error else "COMPLETED", "error_message": error}
        usage = {"usage": {"credits": 7.0}} if self.credits else {}
        markdown = {} if error else {"markdown": {"pages": pages}}
        return 200, {"job": {**job, **status, **usage}, **markdown}, {}

    def _pages(self, job: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
        name, data = self.files[job["file_id"]]
        try:
            converted = self._read(data, name)
        except NoTextError:
            return [page_row(1, "")], None
        except PipelineError as error:
            return [], error.message
        return [
            page_row(page.number, converted.markdown[page.char_from : page.char_to])
            if page.outcome is not PageOutcome.FAILED
            else {"page_number": page.number, "success": False, "error": "scripted"}
            for page in converted.page_map.pages
        ], None

    def _read(self, data: bytes, name: str) -> Converted:
        """A PDF is read here: a conversion process that must start first would look like a slow service."""
        if data.startswith(b"%PDF"):
            return pdf.convert(Source(data, name, filetypes.PDF), ConvertOptions(max_pages=1000))
        return self.local.convert(data, filename=name, mime="")

    def list(self, exchange: Exchange) -> Answer:
        query = parse_qs(urlsplit(exchange.handler.path).query)
        since = query.get("created_at_on_or_after", [""])[0]
        jobs = [job for job in self.jobs.values() if not since or _time(job["created_at"]) >= _time(since)]
        at = int(query.get("page_token", ["0"])[0])
        token = str(at + PAGE_SIZE) if at + PAGE_SIZE < len(jobs) else None
        return 200, {"items": jobs[::-1][at : at + PAGE_SIZE], "next_page_token": token}, {}

    def versions(self, _exchange: Exchange) -> Answer:
        tiers = {"agentic": ["2026-10-16"], "agentic_plus": ["2026-09-28"], "cost_effective": ["2026-09-28"]}
        return 200, {**tiers, "fast": [], "latest": {tier: versions[0] for tier, versions in tiers.items()}}, {}


_POLICY = email.policy.HTTP


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def page_row(number: int, text: str) -> dict[str, Any]:
    return {"page_number": number, "markdown": text, "success": True}


def add_llama_cloud(server: PaidServer, local: LocalConverter) -> LlamaCloud:
    """Let the server answer as LlamaCloud does."""
    cloud = LlamaCloud(local)
    server.route("POST", FILES, cloud.upload)
    server.route("DELETE", FILES + r"/(?P<file>[\w-]+)", cloud.delete)
    server.route("POST", PARSE, cloud.start)
    server.route("GET", PARSE, cloud.list)
    server.route("GET", VERSIONS, cloud.versions)
    server.route("GET", PARSE + r"/(?P<job>[\w-]+)", cloud.look)
    return cloud


def changing(change: Change) -> Fault:
    """The right answer, but for what ``change`` does to its body."""

    def fault(exchange: Exchange, route: Handler) -> None:
        code, body, headers = route(exchange)
        changed = {**body}
        change(changed)
        exchange.send(code, changed, headers)

    return fault


def job(**values: Any) -> Fault:
    """The job is in another state."""
    return changing(lambda body: body.update(job={**body["job"], **values}, markdown=None))


def pages(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Fault:
    """Once it is completed, its pages are others."""

    def on(body: dict[str, Any]) -> None:
        if body.get("markdown"):
            body["markdown"] = {"pages": change(body["markdown"]["pages"])}

    return changing(on)
