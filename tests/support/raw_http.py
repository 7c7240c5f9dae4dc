"""Requests as bytes, to an API that is served by a process's own thread."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.serving import served

UPLOAD = "/api/v2/upload"


@contextmanager
def served_at(pipeline: Pipeline, port: int) -> Iterator[tuple[int, str]]:
    """A real server, as it is configured for use; its port and a token."""
    with served(pipeline, port):
        yield port, local_token(pipeline.settings)


def head(token: str, length: int) -> bytes:
    return (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n\r\nText.\r\n--b--\r\n'
