"""Object store: a bucket of Amazon S3 or of any service that speaks its protocol."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import BinaryIO

from pipeline_core.adapters.object_stores.integrity import (
    BLOCK,
    copy_verified,
    measure,
    put_each,
    round_trip,
    same_bytes,
    verified,
)
from pipeline_core.adapters.object_stores.s3_client import connect
from pipeline_core.adapters.object_stores.s3_errors import translated
from pipeline_core.domain.errors import ConfigurationError, ObjectNotFoundError, PipelineError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.object_keys import MAX_KEY_BYTES, validate_key, validate_prefix
from pipeline_core.ports.object_store import StoredObject

_MAX_S3_KEY_BYTES = 1024
_SHA256 = "sha256"
_THREADS = 16
"""Writes under way at the same time, within the connections that the client keeps."""


class S3ObjectStore:
    """One S3 object an object; its sha256 is kept as metadata and verified on every read.

    Credentials and region come from where boto3 looks for them: environment, profile, instance role. One
    client serves all threads. A call is tried three times, which takes two minutes at most.
    """

    def __init__(
        self, bucket: str, prefix: str = "", endpoint_url: str | None = None, *, page_size: int = 1000
    ) -> None:
        """Connects to nothing yet; ``check`` does. ``page_size`` is how many keys one listing call asks for.

        Raises:
            ConfigurationError: the endpoint is no URL, the profile does not exist, or the prefix is too long.
        """
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")
        if len(prefix.encode()) + 1 + MAX_KEY_BYTES > _MAX_S3_KEY_BYTES:
            raise ConfigurationError(
                f"The prefix of {self.url} is too long.",
                action="Set UPLOAD_PIPELINE_OBJECT_STORE to a shorter one.",
            )
        self._bucket = bucket
        self._base = f"{prefix}/" if prefix else ""
        self._page_size = page_size
        self._endpoint_url = endpoint_url or None
        self._client = connect(self.url, self._endpoint_url)

    def put(self, key: str, data: bytes) -> StoredObject:
        name = self._name(key)
        stored = StoredObject(key, len(data), sha256_hex(data))
        with self._translated(key):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=data, Metadata={_SHA256: stored.sha256})
        return stored

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        return put_each(self, objects, threads=_THREADS)

    def put_file(self, key: str, file: BinaryIO) -> StoredObject:
        name = self._name(key)
        stored = StoredObject(key, *measure(file))
        with self._translated(key):
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=file,
                ContentLength=stored.size,
                Metadata={_SHA256: stored.sha256},
            )
        return stored

    def get(self, key: str, *, sha256: str | None = None) -> bytes:
        name = self._name(key)
        with self._translated(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            # Not by `with`, which gives the raw stream: its errors are not botocore's.
            data = answer["Body"].read()
        # Names of metadata are header names: some services give them back in other letters.
        metadata = {name.lower(): value for name, value in answer["Metadata"].items()}
        where = f"{self.url}/{key}"
        return verified(verified(data, metadata.get(_SHA256), where=where), sha256, where=where)

    def get_file(self, key: str, file: BinaryIO, *, sha256: str | None = None) -> int:
        name = self._name(key)
        with self._translated(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            written = (item.lower() for item in answer["Metadata"])
            checksums = [sha256, dict(zip(written, answer["Metadata"].values(), strict=True)).get(_SHA256)]
            return copy_verified(answer["Body"].iter_chunks(BLOCK), file, checksums, where=f"{self.url}/{key}")

    def exists(self, key: str) -> bool:
        name = self._name(key)
        with suppress(ObjectNotFoundError), self._translated(key):
            self._client.head_object(Bucket=self._bucket, Key=name)
            return True
        return False

    def holds(self, key: str, file: BinaryIO) -> bool:
        name, size = self._name(key), file.seek(0, os.SEEK_END)
        with suppress(ObjectNotFoundError), self._translated(key):
            told = self._client.head_object(Bucket=self._bucket, Key=name)
            if told["ContentLength"] != size:
                return False
            # of an object written at once and not encrypted with a key of its own the tag is the MD5 of its bytes
            if told["ETag"].strip('"') == _md5(file):
                return True
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            return same_bytes(file, answer["Body"].iter_chunks(BLOCK))
        return False

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, size) for key, size, _ in self._pages(self._base + validate_prefix(prefix)))

    def delete(self, key: str) -> None:
        name = self._name(key)
        # AWS is silent about a missing object, some services are not.
        with suppress(ObjectNotFoundError), self._translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def list(self, prefix: str) -> Iterator[str]:
        return (key for key, _, _ in self._pages(self._base + validate_prefix(prefix)))

    def written_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        pages = self._pages(self._base + validate_prefix(prefix))
        return (key for key, _, written in pages if written < moment)

    def remove_unfinished(self, moment: datetime) -> int:  # noqa: ARG002
        # an object is written by one request: there is all of it or nothing
        return 0

    def check(self) -> None:
        round_trip(self)

    def _name(self, key: str) -> str:
        return self._base + validate_key(key)

    def _pages(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        """Key, size and time of writing of each object.

        S3 lists keys in the order of their UTF-8 bytes, which is the order of Python's strings.
        """
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, PaginationConfig={"PageSize": self._page_size}
        )
        with translated(self.url, self._endpoint_url):
            for page in pages:
                for item in page.get("Contents", ()):
                    # Consoles make an empty object of this name to show a folder.
                    if not item["Key"].endswith("/"):
                        yield item["Key"].removeprefix(self._base), item["Size"], item["LastModified"]

    def _translated(self, key: str) -> AbstractContextManager[None]:
        return translated(f"{self.url}/{key}", self._endpoint_url)


def _md5(file: BinaryIO) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
