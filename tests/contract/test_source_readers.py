"""What every reader of a source promises."""

import os
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline_core.adapters.checked_hosts import CheckedHosts
from pipeline_core.adapters.sources.folder import FolderReader
from pipeline_core.adapters.sources.s3 import S3Place, S3SourceReader
from pipeline_core.adapters.sources.web import WebPlace, WebSourceReader
from pipeline_core.adapters.sources.web_client import WebClient
from pipeline_core.domain.errors import (
    EmptyFileError,
    FileTooLargeError,
    ObjectNotFoundError,
    PipelineError,
    TransientError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Sighting
from pipeline_core.machine.source_files import read_stated
from pipeline_core.ports.source_reader import SourceReader
from tests.support.rclone import ACCESS_KEY, SECRET_KEY, S3Server, serve_s3
from tests.support.websites import Page, website

LIMIT = 1000


class Place(ABC):
    """Somewhere that files are put to be read again."""

    @abstractmethod
    def put(self, name: str, data: bytes) -> None: ...
    @abstractmethod
    def remove(self, name: str) -> None: ...
    @abstractmethod
    def reader(self, matches: Callable[[str], bool] = lambda _: True) -> SourceReader: ...
    @abstractmethod
    def changing(self, name: str, data: bytes) -> SourceReader:
        """A reader that meets other bytes there once it has begun to read."""

    @abstractmethod
    def break_listing(self) -> None: ...


class S3Bucket(Place):
    def __init__(self, server: S3Server, bucket: str) -> None:
        self.server, self.bucket = server, server.make_bucket(bucket)

    def put(self, name: str, data: bytes) -> None:
        self.server.client.put_object(Bucket=self.bucket, Key=f"team/{name}", Body=data)

    def remove(self, name: str) -> None:
        self.server.client.delete_object(Bucket=self.bucket, Key=f"team/{name}")

    def reader(self, matches: Callable[[str], bool] = lambda _: True) -> S3SourceReader:
        place = S3Place.of(f"s3://{self.bucket}/team?endpoint={self.server.endpoint_url}")
        return S3SourceReader(place, matches, page_size=3)

    def changing(self, name: str, data: bytes) -> SourceReader:
        place = self

        class Changing(S3SourceReader):
            def _get(self, key: str, shown: str, limit: int) -> tuple[bytes, str]:
                found = super()._get(key, shown, limit)
                place.put(name, data)
                return found

        return Changing(S3Place.of(f"s3://{self.bucket}/team?endpoint={self.server.endpoint_url}"), lambda _: True)

    def break_listing(self) -> None:
        self.bucket = "no-such-bucket"


class Folder(Place):
    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch

    def put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        time.sleep(0.03)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def reader(self, matches: Callable[[str], bool] = lambda _: True) -> FolderReader:
        # times of change are trusted after a moment, and not only after two seconds
        return FolderReader(self.folder.as_uri(), matches, coarse_s=0.02)

    def changing(self, name: str, data: bytes) -> SourceReader:
        left = [data]

        def read_and_change(path: Path, *, limit: int) -> tuple[bytes, os.stat_result]:
            found = read_stated(path, limit=limit)
            if left:
                self.put(name, left.pop())
            return found

        self.patch.setattr("pipeline_core.adapters.sources.folder.read_stated", read_and_change)
        return self.reader()

    def break_listing(self) -> None:
        shutil.rmtree(self.folder)


class Website(Place):
    def __init__(self) -> None:
        self._serving = website()
        self.site = self._serving.__enter__()

    def close(self) -> None:
        self._serving.__exit__(None, None, None)

    def put(self, name: str, data: bytes) -> None:
        self.site.pages["/" + quote(name)] = Page(data, headers={"Content-Type": "text/plain"})

    def remove(self, name: str) -> None:
        del self.site.pages[f"/{name}"]

    def reader(self, matches: Callable[[str], bool] = lambda _: True) -> WebSourceReader:
        hosts = CheckedHosts("source", "X", ("http", "https"), allow_private=True)
        place = WebPlace.of(f"{self.site.url}/sitemap.xml", hosts)
        return WebSourceReader(place, matches, hosts=hosts, client=WebClient(hosts, timeout_s=5))

    def changing(self, name: str, data: bytes) -> SourceReader:
        old = self.site.page(f"/{name}")
        half = Page(old.body[: len(old.body) // 2], headers=old.headers, length=len(old.body))
        self.site.pages[f"/{name}"] = [half, Page(data, headers=old.headers)]
        return self.reader()

    def break_listing(self) -> None:
        whole = self.site.page("/sitemap.xml").body
        self.site.pages["/sitemap.xml"] = Page(whole[: len(whole) // 2], length=len(whole))


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with pytest.MonkeyPatch.context() as patch, serve_s3(tmp_path_factory.mktemp("s3")) as server:
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        yield server


@pytest.fixture(params=["folder", "s3", "web"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if request.param == "folder":
        (tmp_path / "files").mkdir()
        yield Folder(tmp_path / "files", monkeypatch)
    elif request.param == "s3":
        yield S3Bucket(request.getfixturevalue("s3"), f"bucket-{abs(hash(request.node.name)) % 10**9}")
    else:
        web = Website()
        yield web
        web.close()


def shown(reader: SourceReader, known: dict[str, str | None] | None = None) -> dict[str, Sighting]:
    """The listing, by name; nothing in it twice or unseen."""
    found = list(reader.list(known or {}))
    assert all(isinstance(one, Sighting) for one in found)
    assert len({one.uri for one in found}) == len(found)
    return {one.name: one for one in found if isinstance(one, Sighting)}


def test_it_shows_every_file_once_by_its_name_below_the_source(place: Place) -> None:
    names = [f"file {number}.txt" for number in range(5)] + ["policies/2026/flood & fire.txt", "ключи/ü+%41.txt"]
    for name in names:
        place.put(name, b"x")
    assert sorted(shown(place.reader())) == sorted(names)
    reader = place.reader()
    for sighting in shown(reader).values():
        assert reader.read(sighting, limit=LIMIT).data == b"x"


def test_it_shows_only_what_belongs_to_the_source(place: Place) -> None:
    place.put("a.txt", b"a")
    place.put("drafts/b.txt", b"b")
    assert list(shown(place.reader(lambda name: not name.startswith("drafts/")))) == ["a.txt"]


def test_an_empty_place_is_a_listing(place: Place) -> None:
    place.put("a.txt", b"a")
    place.remove("a.txt")
    assert shown(place.reader()) == {}


def test_the_version_is_the_same_until_the_bytes_change(place: Place) -> None:
    for name in ("a.txt", "b.txt"):
        place.put(name, name.encode())
    reader = place.reader()
    read = [reader.read(one, limit=LIMIT).sighting for one in shown(reader).values()]
    known = {one.uri: one.version for one in read}
    assert all(version for version in known.values())
    assert {one.uri: one.version for one in shown(place.reader(), known).values()} == known
    place.put("b.txt", b"B.TXT")
    again = shown(place.reader(), known)
    assert again["a.txt"].version == known[again["a.txt"].uri]
    assert again["b.txt"].version != known[again["b.txt"].uri]


def test_what_is_read_is_whole_and_says_how_it_was_shown(place: Place) -> None:
    place.put("folder/a.txt", b"all of it")
    reader = place.reader()
    fetched = reader.read(shown(reader)["folder/a.txt"], limit=9)
    assert fetched.data == b"all of it"
    assert (fetched.sighting.name, fetched.sighting.size) == ("folder/a.txt", 9)
    known = {fetched.sighting.uri: fetched.sighting.version}
    assert shown(place.reader(), known)["folder/a.txt"].version == fetched.sighting.version


def test_more_than_the_limit_is_refused(place: Place) -> None:
    place.put("a.txt", b"x" * 11)
    reader = place.reader()
    with pytest.raises(FileTooLargeError):
        reader.read(shown(reader)["a.txt"], limit=10)


def test_a_file_without_bytes_is_told(place: Place) -> None:
    place.put("a.txt", b"")
    reader = place.reader()
    with pytest.raises(EmptyFileError):
        reader.read(shown(reader)["a.txt"], limit=LIMIT)


def test_what_has_gone_since_it_was_listed_is_told(place: Place) -> None:
    place.put("a.txt", b"a")
    reader = place.reader()
    sighting = shown(reader)["a.txt"]
    place.remove("a.txt")
    with pytest.raises(ObjectNotFoundError):
        reader.read(sighting, limit=LIMIT)


def test_what_is_changed_while_it_is_read_is_never_half_old(place: Place) -> None:
    old, new = b"old" * 100, b"new" * 100
    place.put("a.txt", old)
    sighting = shown(place.reader())["a.txt"]
    reader = place.changing("a.txt", new)
    try:
        fetched = reader.read(sighting, limit=LIMIT)
    except (TransientError, UnreadableFileError):
        fetched = reader.read(sighting, limit=LIMIT)
    assert fetched.data == new
    known = {fetched.sighting.uri: fetched.sighting.version}
    assert shown(place.reader(), known)["a.txt"].version == fetched.sighting.version


def test_a_listing_that_fails_is_no_listing(place: Place) -> None:
    place.put("a.txt", b"a")
    place.break_listing()
    with pytest.raises(PipelineError):
        list(place.reader().list({}))
