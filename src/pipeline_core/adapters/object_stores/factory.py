"""Makes the object store for a URL."""

import re
from pathlib import Path
from urllib.parse import unquote

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.domain.errors import ConfigurationError, InvalidObjectKeyError
from pipeline_core.domain.object_keys import validate_key
from pipeline_core.ports.object_store import ObjectStore

_SETTING = "UPLOAD_PIPELINE_OBJECT_STORE"
_FORMS = (
    f"Set {_SETTING} to `s3://bucket/prefix` or to a folder such as `/srv/objects`, or leave it empty for the default."
)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.IGNORECASE | re.DOTALL)


def open_object_store(url: str, *, default: Path, s3_endpoint_url: str | None) -> ObjectStore:
    """The store of ``s3://bucket/prefix``, of a folder (absolute, ``~`` or ``file://``), or of ``default``.

    Connects to nothing and writes nothing: ``check`` of the store does.

    Raises:
        ConfigurationError: what is wrong with the URL, and what to set.
    """
    if not url.strip():
        return LocalObjectStore(default)
    scheme = _SCHEME.fullmatch(url.strip())
    if scheme is None:
        return LocalObjectStore(_folder(url.strip()))
    name, rest = scheme[1].lower(), scheme[2]
    if name == "s3":
        return _open_s3(rest, s3_endpoint_url)
    if name == "file":
        return LocalObjectStore(_folder(unquote(rest)))
    raise ConfigurationError(f"{_SETTING}: `{name}://` is not a supported object store.", action=_FORMS)


def _folder(path: str) -> Path:
    if "\x00" in path:
        raise ConfigurationError(f"{_SETTING} has a NUL character in it.", action=_FORMS)
    try:
        folder = Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"{_SETTING}={path}: {error}", action=_FORMS) from error
    # Workers are started in different places: a relative folder would be a different store in each of them.
    if not folder.is_absolute():
        raise ConfigurationError(
            f"{_SETTING}={path} is relative.",
            action=f"Set it to an absolute folder, such as {folder.resolve()}.",
        )
    return folder


def _open_s3(rest: str, endpoint_url: str | None) -> ObjectStore:
    # Heavy to import: only who uses S3 waits for it.
    from pipeline_core.adapters.object_stores.s3 import S3ObjectStore

    bucket, _, prefix = rest.partition("/")
    if "@" in bucket or ":" in bucket:
        # Not repeated in the message: logs are no place for a secret.
        raise ConfigurationError(
            f"{_SETTING} has credentials or a port before the bucket.",
            action="Write `s3://bucket/prefix`, the credentials in AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, host and port in UPLOAD_PIPELINE_S3_ENDPOINT_URL.",
        )
    if not _BUCKET.fullmatch(bucket):
        raise ConfigurationError(f"{_SETTING}: {bucket!r} cannot be the name of a bucket.", action=_FORMS)
    try:
        prefix = validate_key(prefix.strip("/")) if prefix.strip("/") else ""
    except InvalidObjectKeyError as error:
        raise ConfigurationError(f"{_SETTING}: wrong prefix. {error.message}", action=_FORMS) from error
    return S3ObjectStore(bucket, prefix, endpoint_url)
