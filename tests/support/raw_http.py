"""Requests as bytes, to an API that is served by a process's own thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.api.server import bind, config
from pipeline_core.bootstrap import Pipeline

UPLOAD = "/api/v2/upload"


@contextmanager
def served_at(pipeline: Pipeline, port: int) -> Iterator[tuple[int, str]]:
    """A real server, as it is configured for use; its port and a token."""
    listeners = bind(pipeline.settings.model_copy(update={"api_port": port}))
    server = uvicorn.Server(config(create_app(pipeline)))
    thread = threading.Thread(target=server.run, args=(listeners,))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port, local_token(pipeline.settings)
    finally:
        server.should_exit = True
        thread.join()


def head(token: str, length: int) -> bytes:
    return (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n\r\nText.\r\n--b--\r\n'
