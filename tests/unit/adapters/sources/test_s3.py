"""S3 prefixes: listings of many pages, answers that only look like one, and refusals told apart."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from pipeline_core.adapters.sources.s3 import S3Place, S3SourceReader
from pipeline_core.domain.errors import (
    ObjectNotFoundError,
    PipelineError,
    RefusedError,
    SourceRefusedError,
    SourceUnavailableError,
    TransientError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Sighting
from tests.support.rclone import ACCESS_KEY, SECRET_KEY, serve_s3
from tests.support.websites import Page, Site, website

ONE = Sighting("s3://bucket/a.txt", "a.txt")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture
def site() -> Iterator[Site]:
    with website() as site:
        yield site


def reader(endpoint: str, uri: str = "s3://bucket") -> S3SourceReader:
    return S3SourceReader(S3Place.of(f"{uri}?endpoint={endpoint}"), lambda _: True)


def listing(*keys: str, more: str = "", name: str = "<Name>bucket</Name>") -> Page:
    items = "".join(
        f"<Contents><Key>{escape(key)}</Key><ETag>&quot;1&quot;</ETag><Size>1</Size></Contents>" for key in keys
    )
    rest = f"<IsTruncated>true</IsTruncated>{more}" if more else "<IsTruncated>false</IsTruncated>"
    return Page(f"<ListBucketResult>{name}{rest}{items}</ListBucketResult>".encode(), tag=False)


def error(code: str, status: int) -> Page:
    return Page(f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode(), status, tag=False)


NEXT = "<NextContinuationToken>2</NextContinuationToken>"


def test_more_than_a_thousand_keys_are_all_shown(tmp_path: Path) -> None:
    folder = tmp_path / "bucket/team/a"
    folder.mkdir(parents=True)
    for number in range(1_100):
        (folder / f"{number}.txt").write_bytes(b"x")
    (tmp_path / "bucket/team-2").mkdir()
    (tmp_path / "bucket/team-2/b.txt").write_bytes(b"x")
    with serve_s3(tmp_path) as server:
        found = list(reader(server.endpoint_url, "s3://bucket/team/").list({}))
    assert {one.name for one in found} == {f"a/{number}.txt" for number in range(1_100)}
    assert len(found) == 1_100


def test_folder_markers_are_no_files(site: Site) -> None:
    site.pages["*"] = listing("a/", "a/b.txt", "c_$folder$")
    assert [one.name for one in reader(site.url).list({})] == ["a/b.txt"]


BROKEN = {
    "its second page breaks off": [listing("a", more=NEXT), Page(b"<ListBucketResult><Name>b", length=500)],
    "its second page is an error": [listing("a", more=NEXT), error("InternalError", 500)],
    "its second page is refused": [listing("a", more=NEXT), error("AccessDenied", 403)],
    "its second page is no XML": [listing("a", more=NEXT), Page(b"<ListBucketResult><Name>b")],
    "its second page has no name": [listing("a", more="<x/>")],
    "its second page is the second again": [listing("a", more=NEXT), listing("b", more=NEXT)],
    "a page to sign in": [Page(b"<html><body>Sign in</body></html>")],
    "an error that says that all is well": [error("SlowDown", 200)],
    "a listing of nothing known": [listing(name="")],
    "nothing": [Page(b"")],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_listing_that_breaks_off_is_none(site: Site, kind: str) -> None:
    site.pages["*"] = [*BROKEN[kind]]
    with pytest.raises(PipelineError) as caught:
        list(reader(site.url).list({}))
    assert isinstance(caught.value, (SourceUnavailableError, SourceRefusedError))


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, SourceRefusedError),
        ("NoSuchBucket", 404, SourceRefusedError),
        ("InvalidAccessKeyId", 403, SourceRefusedError),
        ("SignatureDoesNotMatch", 403, SourceRefusedError),
        ("SlowDown", 503, SourceUnavailableError),
    ],
)
def test_why_it_cannot_be_listed_is_told(site: Site, code: str, status: int, kind: type[PipelineError]) -> None:
    site.pages["*"] = error(code, status)
    with pytest.raises(kind, match=code) as caught:
        list(reader(site.url).list({}))
    assert SECRET_KEY not in str(caught.value)
    assert "OBJECT_STORE" not in str(caught.value)
    assert ".." not in str(caught.value)
    assert ("s3:ListBucket" in caught.value.what_to_do) is (code in ("AccessDenied", "NoSuchBucket"))


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (error("AccessDenied", 403), UnreadableFileError),
        (error("InvalidObjectState", 403), UnreadableFileError),
        (error("NoSuchKey", 404), ObjectNotFoundError),
        (error("InternalError", 500), TransientError),
        (Page(b"half", length=8), TransientError),
    ],
)
def test_why_an_object_cannot_be_read_is_told(site: Site, page: Page, kind: type[PipelineError]) -> None:
    site.pages["*"] = page
    with pytest.raises(kind):
        reader(site.url).read(ONE, limit=100)


def test_an_object_that_is_replaced_all_the_time_is_given_up(site: Site) -> None:
    site.pages["*"] = [Page(str(number).encode()) for number in range(20)]
    with pytest.raises(UnreadableFileError, match="replaced"):
        reader(site.url).read(ONE, limit=100)


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("s3://bucket", S3Place("bucket", "", None)),
        ("s3://bucket/", S3Place("bucket", "", None)),
        ("s3://bucket/a/ü b?c/", S3Place("bucket", "a/ü b?c/", None)),
        ("s3://bucket/a?endpoint=http://10.0.0.1:9000", S3Place("bucket", "a/", "http://10.0.0.1:9000")),
    ],
)
def test_a_place_is_a_bucket_a_prefix_and_a_service(uri: str, place: S3Place) -> None:
    assert S3Place.of(uri) == place


@pytest.mark.parametrize(
    "uri", ["s3://", "s3://B", "s3://key:secret@bucket/a", "s3://bucket?endpoint=https://me:secret@host", "bucket/a"]
)
def test_what_is_no_place_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(RefusedError) as caught:
        S3Place.of(uri)
    assert "secret" not in str(caught.value)
