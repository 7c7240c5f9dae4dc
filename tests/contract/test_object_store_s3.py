"""What only the S3 object store promises: errors of the service and of its settings, told apart."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from pipeline_core.adapters.object_stores.s3 import S3ObjectStore
from pipeline_core.adapters.object_stores.s3_errors import translated
from pipeline_core.domain.errors import (
    ChecksumMismatchError,
    ConfigurationError,
    ObjectNotFoundError,
    PermanentError,
    PipelineError,
    StoreRefusedError,
    StoreUnavailableError,
)
from tests.support.rclone import S3Server, open_s3_store, serve_s3

KEY = "documents/1/original/policy.pdf"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with serve_s3(tmp_path) as server:
        yield server


def test_a_stopped_server_is_unavailable_within_seconds_and_then_back(server: S3Server, tmp_path: Path) -> None:
    store = open_s3_store(server.endpoint_url, server.make_bucket("bucket"))
    store.put(KEY, b"x")
    server.stop()
    for call in (lambda: store.get(KEY), lambda: store.put(KEY, b"y"), lambda: next(store.list(""))):
        start = time.monotonic()
        with pytest.raises(StoreUnavailableError) as caught:
            call()
        assert time.monotonic() - start < 15
        assert server.endpoint_url in str(caught.value)
    with serve_s3(tmp_path, at=server.endpoint_url.removeprefix("http://")):
        assert store.get(KEY) == b"x"


def test_a_missing_bucket_is_a_wrong_setting(server: S3Server) -> None:
    store = open_s3_store(server.endpoint_url, "no-such-bucket")
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_OBJECT_STORE"):
        store.check()
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_OBJECT_STORE"):
        store.get(KEY)
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_OBJECT_STORE"):
        list(store.list(""))


@pytest.mark.parametrize("wrong", [{"access_key": "somebody-else-entirely"}, {"secret_key": "not-the-secret-at-all"}])
def test_wrong_credentials_are_a_wrong_setting(server: S3Server, wrong: dict[str, str]) -> None:
    store = open_s3_store(server.endpoint_url, server.make_bucket("bucket"), **wrong)
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID"):
        store.check()


def test_no_credentials_are_a_missing_setting(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    store = S3ObjectStore("bucket", "", server.endpoint_url)
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID"):
        store.check()


def test_a_wrong_endpoint_or_profile_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_S3_ENDPOINT_URL"):
        S3ObjectStore("bucket", "", "localhost:9000")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    with pytest.raises(ConfigurationError, match="AWS_PROFILE"):
        S3ObjectStore("bucket", "", "http://localhost:9000")


def test_what_the_metadata_says_is_verified_without_being_asked(server: S3Server) -> None:
    bucket = server.make_bucket("bucket")
    store = open_s3_store(server.endpoint_url, bucket)
    stored = store.put(KEY, b"content")
    metadata = server.client.head_object(Bucket=bucket, Key=KEY)["Metadata"]
    assert list(metadata.values()) == [stored.sha256]
    server.client.put_object(Bucket=bucket, Key=KEY, Body=b"Content", Metadata=metadata)
    with pytest.raises(ChecksumMismatchError):
        store.get(KEY)
    server.client.put_object(Bucket=bucket, Key=KEY, Body=b"by somebody else")
    assert store.get(KEY) == b"by somebody else"


@contextmanager
def _server_that_says(answer: bytes) -> Iterator[str]:
    """The URL of a server that gives one answer and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_an_answer_that_breaks_off_is_unavailable() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nten bytes."
    with _server_that_says(answer) as endpoint_url, pytest.raises(StoreUnavailableError):
        open_s3_store(endpoint_url, "bucket").get(KEY)


def test_folder_markers_of_a_console_are_no_objects() -> None:
    written = b"<LastModified>2024-05-01T00:00:00Z</LastModified><Size>1</Size>"
    names = b"".join(
        b"<Contents><Key>" + key + b"</Key>" + written + b"</Contents>" for key in (b"documents/", b"documents/a")
    )
    answer = b"HTTP/1.1 200 OK\r\n\r\n<ListBucketResult>" + names + b"</ListBucketResult>"
    with _server_that_says(answer) as endpoint_url:
        assert list(open_s3_store(endpoint_url, "bucket").list("")) == ["documents/a"]


def test_two_prefixes_of_a_bucket_do_not_see_each_other(server: S3Server) -> None:
    bucket = server.make_bucket("bucket")
    ours, theirs = (
        open_s3_store(server.endpoint_url, bucket, "team"),
        open_s3_store(server.endpoint_url, bucket, "team-2"),
    )
    ours.put(KEY, b"ours")
    theirs.put(KEY, b"theirs")
    ours.delete(KEY)
    assert list(ours.list("")) == []
    assert list(theirs.list("")) == [KEY]
    assert list(open_s3_store(server.endpoint_url, bucket).list("")) == [f"team-2/{KEY}"]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        # as AWS answers: what our test server never says
        ("NoSuchKey", 404, ObjectNotFoundError),
        ("404", 404, ObjectNotFoundError),
        ("NoSuchBucket", 404, StoreRefusedError),
        ("AccessDenied", 403, StoreRefusedError),
        ("403", 403, StoreRefusedError),
        ("ExpiredToken", 400, StoreRefusedError),
        ("PermanentRedirect", 301, StoreRefusedError),
        ("RequestTimeTooSkewed", 403, StoreRefusedError),
        ("SlowDown", 503, StoreUnavailableError),
        ("TooManyRequests", 429, StoreUnavailableError),
        ("InternalError", 500, StoreUnavailableError),
        ("RequestTimeout", 400, StoreUnavailableError),
        ("InvalidArgument", 400, PermanentError),
    ],
)
def test_answers_of_the_service(code: str, status: int, kind: type[PipelineError]) -> None:
    from botocore.exceptions import ClientError

    answer = {"Error": {"Code": code, "Message": "…"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(PipelineError) as caught, translated("s3://bucket/key", None):
        raise ClientError(answer, "GetObject")  # type: ignore[arg-type]
    assert type(caught.value) is kind
    assert "s3://bucket/key" in str(caught.value)
