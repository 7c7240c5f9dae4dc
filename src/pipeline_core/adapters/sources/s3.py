"""Source: the objects of a bucket, below a prefix, at Amazon S3 or any service that speaks its protocol."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pipeline_core.adapters.object_stores.integrity import BLOCK
from pipeline_core.adapters.object_stores.s3_client import connect
from pipeline_core.adapters.object_stores.s3_errors import translated
from pipeline_core.domain.errors import (
    EmptyFileError,
    FileTooLargeError,
    ObjectNotFoundError,
    PipelineError,
    RefusedError,
    SourceRefusedError,
    SourceUnavailableError,
    StoreRefusedError,
    StoreUnavailableError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Fetched, Sighting, Unseen

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?(?:\?endpoint=(https?://[^\s@]+))?", re.DOTALL)
_FORM = "Write it as s3://bucket/prefix, or s3://bucket/prefix?endpoint=https://host:9000 for a service other than AWS."
_ACCESS = (
    "Check the bucket, its region, and the credentials in the environment (AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE): they must be allowed s3:ListBucket on the bucket and s3:GetObject below "
    "the prefix."
)
_MARKERS = ("/", "_$folder$")
"""Empty objects whose names end so are made by consoles and tools to show a folder."""
_TIMES = 3
"""An object that is replaced while it is read is read again, so often in all."""


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket, the prefix that keys begin with (empty, or with a slash at its end), and the service that has it."""

    bucket: str
    prefix: str
    endpoint_url: str | None

    @classmethod
    def of(cls, uri: str, *, default_endpoint: str | None = None) -> "S3Place":
        """Read ``s3://bucket/prefix?endpoint=URL``. The prefix is a whole folder: ``team`` has nothing of ``team-2``.

        Raises:
            RefusedError: it is written otherwise. Nothing of it is repeated: it may have a password in it.
        """
        match = _URI.fullmatch(uri)
        if match is None:
            raise RefusedError("This is no address of an S3 prefix.", action=_FORM)
        prefix = (match[2] or "").strip("/")
        return cls(match[1], f"{prefix}/" if prefix else "", match[3] or default_endpoint or None)


class S3SourceReader:
    """Credentials and region come from where boto3 looks for them. One client serves all threads."""

    def __init__(self, place: S3Place, matches: Callable[[str], bool], *, page_size: int = 1000) -> None:
        """Connects to nothing yet.

        Args:
            matches: Says of a name (the key below the prefix) that it belongs to the source.
            page_size: Keys that one request of a listing asks for.

        Raises:
            ConfigurationError: the endpoint is no URL, or the profile does not exist.
        """
        self._place = place
        self._matches = matches
        self._page_size = page_size
        self._where = f"s3://{place.bucket}/{place.prefix}"
        self._client: S3Client = connect(self._where, place.endpoint_url)

    def list(self, known: Mapping[str, str | None]) -> Iterator[Sighting | Unseen]:  # noqa: ARG002
        for page in self._pages():
            for item in page.get("Contents", ()):
                name = item["Key"].removeprefix(self._place.prefix)
                if not item["Key"].endswith(_MARKERS) and self._matches(name):
                    yield Sighting(self._uri(item["Key"]), name, item["Size"], _version(item["ETag"], item["Size"]))

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        key = unquote(sighting.uri.removeprefix(f"s3://{self._place.bucket}/"))
        for _ in range(_TIMES):
            with self._told(sighting):
                data, tag = self._get(key, sighting.name, limit)
                # an object is one version to whoever has begun to read it, at AWS; not so at every service
                now = self._client.head_object(Bucket=self._place.bucket, Key=key)
            if now["ETag"] == tag and now["ContentLength"] == len(data):
                return Fetched(data, Sighting(sighting.uri, sighting.name, len(data), _version(tag, len(data))))
        raise UnreadableFileError(
            "The object is replaced again and again while it is read.",
            where=sighting.name,
            action="Try again when nobody writes to it.",
        )

    def _pages(self) -> Iterator["ListObjectsV2OutputTypeDef"]:
        """Every page to the end. An answer that only looks like one is no listing: all that it lacks would vanish."""
        token = ""
        while True:
            with self._listed():
                page = self._page(token)
            if "Name" not in page or "IsTruncated" not in page:
                raise SourceRefusedError("The answer is no listing of a bucket.", where=self._where, action=_ACCESS)
            yield page
            if not page["IsTruncated"]:
                return
            following = page.get("NextContinuationToken", "")
            if following in ("", token):
                raise SourceUnavailableError("The listing broke off: its next page has no name.", where=self._where)
            token = following

    def _page(self, token: str) -> "ListObjectsV2OutputTypeDef":
        bucket, prefix, size = self._place.bucket, self._place.prefix, self._page_size
        if token:
            return self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=size, ContinuationToken=token)
        return self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=size)

    def _get(self, key: str, name: str, limit: int) -> tuple[bytes, str]:
        answer = self._client.get_object(Bucket=self._place.bucket, Key=key)
        size, body = answer["ContentLength"], answer["Body"]
        if size > limit:
            body.close()
            raise FileTooLargeError(f"{name} has {size:,} bytes; the limit is {limit:,}.", where=name)
        data = b"".join(body.iter_chunks(BLOCK))
        if not data:
            raise EmptyFileError(where=name)
        return data, answer["ETag"]

    def _uri(self, key: str) -> str:
        return f"s3://{self._place.bucket}/{quote(key, safe='/')}"

    @contextmanager
    def _listed(self) -> Iterator[None]:
        """Translate what a listing met."""
        try:
            with translated(self._where, self._place.endpoint_url):
                yield
        except StoreUnavailableError as error:
            raise SourceUnavailableError(error.message, where=error.where) from error
        except PipelineError as error:
            # advice about the pipeline's own store is none about a source
            own = "UPLOAD_PIPELINE" in error.what_to_do
            action = _ACCESS if own else error.what_to_do
            raise SourceRefusedError(error.message, where=error.where, action=action) from error

    @contextmanager
    def _told(self, sighting: Sighting) -> Iterator[None]:
        """Translate what one object met."""
        try:
            with translated(sighting.uri, self._place.endpoint_url):
                yield
        except StoreUnavailableError as error:
            raise SourceUnavailableError(error.message, where=error.where) from error
        except StoreRefusedError as error:
            raise UnreadableFileError(error.message, where=sighting.name, action=_ACCESS) from error
        except ObjectNotFoundError:
            raise ObjectNotFoundError("It has gone since it was listed.", where=sighting.name) from None


def _version(tag: str, size: int) -> str:
    return f"{tag.strip(chr(34))} {size}"
