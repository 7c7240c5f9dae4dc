"""Requests to a Prefect server whose database is locked now and then."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline_core.adapters.prefect_queue import PrefectQueueRuns
from pipeline_core.domain.errors import ServiceUnavailableError


@contextmanager
def busy_server(refusals: int, asked: Callable[[str], None]) -> Iterator[str]:
    """A server that refuses so many requests, and takes those that follow."""
    left = [503] * refusals

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked(self.path)
            self.send_response(left.pop() if left else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


@pytest.mark.parametrize(("refusals", "requests", "is_taken"), [(0, 1, True), (2, 3, True), (3, 3, False)])
def test_a_server_that_is_busy_is_asked_again(refusals: int, requests: int, is_taken: bool) -> None:
    asked: list[str] = []
    with busy_server(refusals, asked.append) as url:
        runs = PrefectQueueRuns(url)
        if is_taken:
            runs._call("POST", "/events", json=[])
        else:
            with pytest.raises(ServiceUnavailableError, match="503"):
                runs._call("POST", "/events", json=[])
        runs.close()
    assert asked == ["/api/events"] * requests
