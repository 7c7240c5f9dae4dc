"""Uploads that want to do harm: each is refused with its reason, or taken harmlessly; none leaves anything behind."""

import io
import json
import socket
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.support.raw_http import PART, UPLOAD, head, served_at
from tests.support.two_users import ANN

MIB = 1024 * 1024


@cache
def _docx_bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (64 * MIB))
    return data.getvalue()


NAMES = {
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\x.md": "x.md",
    "/absolute/x.md": "x.md",
    "nul\x00l.md": None,
    ".hidden": "_.hidden",
    "CON.md": "_CON.md",
    "line\nbreak.md": None,
    "\u202egpj.md": None,
    "a" * 300 + ".md": None,
    "名前.md": "名前.md",
    "..": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_names_become_harmless(ann: TestClient, name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "%0A").encode()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + quoted
        + b'"\r\n\r\n# A\n\nText.\r\n--b--\r\n'
    )
    answer = ann.post(UPLOAD, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code in (202, 422), answer.text
    if answer.status_code == 202:
        kept = answer.json()["filename"]
        assert not set(kept) & set("/\\\x00\n\u202e")
        assert kept not in ("", ".", "..")
        assert not kept.startswith(".")
        assert len(kept.encode()) <= 255
        if NAMES[name]:
            assert kept == NAMES[name]
        file = ann.get(f"/api/v2/documents/{answer.json()['document_id']}/files").json()[0]
        # a name with a % is downloaded below: this client decodes a path twice
        if "%" not in kept:
            assert ann.get(file["url"]).content == b"# A\n\nText."


CONTENTS: dict[str, tuple[str, Callable[[], bytes], int, str]] = {
    "empty": ("a.md", lambda: b"", 422, "empty_file"),
    "a program called pdf": ("a.pdf", lambda: b"MZ\x90\x00" + b"\0" * 500, 415, "unsupported_type"),
    "an image": ("a.pdf", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500, 415, "unsupported_type"),
    "binary called markdown": ("a.md", lambda: bytes(range(256)) * 8, 415, "unsupported_type"),
    "a cut-off zip": ("a.docx", lambda: _docx_bomb()[:300], 422, "corrupt_document"),
    "an archive": ("a.zip", lambda: _zip({"a.md": b"# A"}), 415, "unsupported_type"),
    "a type that is not accepted": ("a.rtf", lambda: b"{\\rtf1 text}", 415, "unsupported_type"),
    "a script before a PDF": ("a.md", lambda: b"<script>x</script>%PDF-1.4 endobj", 202, ""),
    "a bomb": ("a.docx", _docx_bomb, 202, ""),
}


def _zip(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("kind", CONTENTS)
def test_contents_are_told_by_their_bytes(ann: TestClient, kind: str) -> None:
    name, make, status, code = CONTENTS[kind]
    answer = ann.post(UPLOAD, files={"file": (name, make())})
    assert (answer.status_code, answer.json().get("code", "")) == (status, code), answer.text
    assert len(ann.get("/api/v2/jobs").json()["items"]) == (status == 202)


FORMS: dict[str, tuple[bytes, str, int]] = {
    "no form": (b"# A", "text/markdown", 422),
    "no boundary": (b"--b\r\n\r\n--b--", "multipart/form-data", 422),
    "an empty form": (b"--b--\r\n", "multipart/form-data; boundary=b", 422),
    "another field": (
        b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.md"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
        422,
    ),
    "cut off in the file": (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A',
        "multipart/form-data; boundary=b",
        422,
    ),
    "cut off before the last boundary": (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n--b\r\n',
        "multipart/form-data; boundary=b",
        422,
    ),
    "too many files": (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n' * 101 + b"--b--\r\n",
        "multipart/form-data; boundary=b",
        422,
    ),
    "an endless header": (
        b"--b\r\nContent-Disposition: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--b--\r\n",
        "multipart/form-data; boundary=b",
        422,
    ),
    "many parts": (
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 100 + b"--b--\r\n",
        "multipart/form-data; boundary=b",
        422,
    ),
    "a field in endless parts": (
        b'--b\r\nContent-Disposition: form-data; name="tags"\r\n\r\n\r\n' * 2_000 + PART,
        "multipart/form-data; boundary=b",
        422,
    ),
    "no CRLF": (b"--b\nContent-Disposition: form-data\n\nx", "multipart/form-data; boundary=b", 422),
}


@pytest.mark.parametrize("kind", FORMS)
def test_broken_forms_are_refused(ann: TestClient, kind: str) -> None:
    body, content_type, status = FORMS[kind]
    answer = ann.post(UPLOAD, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ann.get("/api/v2/jobs").json()["items"] == []


def test_one_byte_more_than_the_limit(ann: TestClient, api_pipeline: Pipeline) -> None:
    limit = api_pipeline.settings.max_file_bytes
    line = b"One more line of text.\n"
    exact = (line * (limit // len(line) + 1))[:limit]
    answer = ann.post(UPLOAD, files={"file": ("a.md", exact + b"x")})
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert ann.post(UPLOAD, files={"file": ("a.md", exact)}).status_code == 202


# --- over a real socket: what a client library would not send --------------------------------------------


@pytest.fixture
def served(make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]) -> Iterator[tuple[int, str]]:
    """A server that waits a second for a request."""
    with served_at(make_pipeline(changes={"api_request_timeout_s": 1.0, "user_id": ANN}), free_port()) as served:
        yield served


def _talk(port: int, *parts: bytes, pause_s: float = 0.0) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause_s)
        answer = b""
        try:
            while block := connection.recv(65536):
                answer += block
        except ConnectionResetError:
            pass
        return answer.decode()


def test_a_slow_client_is_not_waited_for(served: tuple[int, str]) -> None:
    port, token = served
    answer = _talk(port, head(token, 10_000), *[PART[i : i + 1] for i in range(12)], pause_s=0.15)
    assert " 408 " in answer.splitlines()[0]


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHo"])
def test_half_a_request_is_not_waited_for(served: tuple[int, str], sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served[0]), timeout=10) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""


def test_requests_may_follow_one_another(served: tuple[int, str]) -> None:
    whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served[0]), timeout=10) as connection:
        answered = b""
        for sent, answers in ((whole + whole[:15], 1), (whole[15:] + whole, 3), (whole, 4)):
            connection.sendall(sent)
            while answered.count(b'{"status":"ok"}') < answers:
                answered += connection.recv(65536)


def test_more_declared_than_may_be_is_refused_before_it_comes(served: tuple[int, str]) -> None:
    port, token = served
    assert " 413 " in _talk(port, head(token, 10**12)).splitlines()[0]


def test_less_declared_than_comes(served: tuple[int, str]) -> None:
    port, token = served
    assert " 422 " in _talk(port, head(token, len(PART) - 20), PART).splitlines()[0]


def test_more_declared_than_comes(served: tuple[int, str]) -> None:
    port, token = served
    assert " 408 " in _talk(port, head(token, len(PART) + 20), PART).splitlines()[0]


def test_as_declared(served: tuple[int, str]) -> None:
    port, token = served
    assert " 202 " in _talk(port, head(token, len(PART)), PART).splitlines()[0]


def test_uploads_do_not_grow_in_memory(make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]) -> None:
    """A large file is on disk while it arrives, and is copied to the store block by block."""
    before = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n'
    after = b"\r\n--b--\r\n"
    block, count = b"\0" * 65536, 20 * 16
    with served_at(make_pipeline(changes={"user_id": ANN}), free_port()) as (port, token):
        opening = head(token, len(before) + len(block) * count + len(after))
        # the first request of all makes the API's description, which is no part of an upload
        _talk(port, head(token, len(before) + len(after)), before, after)
        tracemalloc.start()
        answer = _talk(port, opening, before, *[block] * count, after)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert " 202 " in answer.splitlines()[0]
    assert peak < 8 * MIB


def test_a_name_with_a_percent_sign_is_downloaded(served: tuple[int, str]) -> None:
    port, token = served
    answer = _talk(port, head(token, len(PART) + 7), PART.replace(b"a.md", b"100%41%2F.md"[:11]))
    body = json.loads(answer.partition("\r\n\r\n")[2])
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as client:
        [file] = client.get(f"/api/v2/documents/{body['document_id']}/files").json()
        assert "%" in file["name"]
        assert client.get(file["url"]).content == b"# A\r\n\r\nText."
