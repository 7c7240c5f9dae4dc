"""Errors of boto3, as errors of the pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline_core.domain.errors import (
    ObjectNotFoundError,
    PermanentError,
    PipelineError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
)

_SET_ACCESS = (
    "Allow these credentials s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix, and "
    "s3:ListBucket on the bucket that UPLOAD_PIPELINE_OBJECT_STORE names."
)
_SET_BUCKET = "Make the bucket, or name another one in UPLOAD_PIPELINE_OBJECT_STORE."
_SET_CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, to valid credentials."
_SET_REGION = "Set AWS_DEFAULT_REGION to the region of the bucket."
_SET_CLOCK = "Set the clock of this machine."
_SET_ENDPOINT = "Check AWS_PROFILE, AWS_DEFAULT_REGION and UPLOAD_PIPELINE_S3_ENDPOINT_URL."

_Kind = tuple[type[PipelineError], str | None]
_UNAVAILABLE: _Kind = (StoreUnavailableError, None)
_FULL: _Kind = (StoreFullError, None)
# HTTP status where the error code says no more: a HEAD has no body to carry one.
_BY_STATUS: dict[int, _Kind] = {
    301: (StoreRefusedError, _SET_REGION),
    401: (StoreRefusedError, _SET_CREDENTIALS),
    403: (StoreRefusedError, _SET_ACCESS),
    404: (ObjectNotFoundError, None),
    429: _UNAVAILABLE,
    507: _FULL,
}
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_BY_CODE: dict[str, _Kind] = {
    "NoSuchBucket": (StoreRefusedError, _SET_BUCKET),
    "InvalidBucketName": (StoreRefusedError, _SET_BUCKET),
    "InvalidAccessKeyId": (StoreRefusedError, _SET_CREDENTIALS),
    "SignatureDoesNotMatch": (StoreRefusedError, _SET_CREDENTIALS),
    "ExpiredToken": (StoreRefusedError, _SET_CREDENTIALS),
    "InvalidToken": (StoreRefusedError, _SET_CREDENTIALS),
    "AuthorizationHeaderMalformed": (StoreRefusedError, _SET_REGION),
    "IllegalLocationConstraintException": (StoreRefusedError, _SET_REGION),
    "RequestTimeTooSkewed": (StoreRefusedError, _SET_CLOCK),
    "RequestExpired": (StoreRefusedError, _SET_CLOCK),
    "TokenRefreshRequired": (StoreRefusedError, _SET_CREDENTIALS),
    "AccountProblem": (StoreRefusedError, _SET_CREDENTIALS),
    "NotSignedUp": (StoreRefusedError, _SET_CREDENTIALS),
    "AllAccessDisabled": (StoreRefusedError, _SET_ACCESS),
    "PermanentRedirect": (StoreRefusedError, _SET_REGION),
    "RequestTimeout": _UNAVAILABLE,
    "OperationAborted": _UNAVAILABLE,
    "Throttling": _UNAVAILABLE,
    "ThrottlingException": _UNAVAILABLE,
    "RequestLimitExceeded": _UNAVAILABLE,
    # what MinIO, Ceph and others answer when there is no room
    "XMinioStorageFull": _FULL,
    "StorageFull": _FULL,
    "QuotaExceeded": _FULL,
    "XMinioAdminBucketQuotaExceeded": _FULL,
    "InsufficientStorage": _FULL,
}


@contextmanager
def translated(where: str, endpoint_url: str | None) -> Iterator[None]:
    """Raise what boto3 raises in the block as an error of the pipeline.

    Raises:
        ObjectNotFoundError: there is no such object.
        StoreUnavailableError: no connection, no answer in time, throttled, or a failure of the server.
        StoreFullError: there is no room.
        StoreRefusedError: no access, no such bucket, no valid credentials, wrong region; says what to set.
        PermanentError: any other refusal.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        kind, action = _kind(error.response)
        message = None if kind is ObjectNotFoundError else _sentence(error)
        raise kind(message, where=where, action=action) from error
    except BotoCoreError as error:
        raise _of_client(error, where, endpoint_url) from error


def _sentence(error: Exception) -> str:
    """Return the words of boto3, which end in a full stop or not."""
    return f"{str(error).rstrip('. ')}."


def _kind(response: Any) -> _Kind:
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _BY_CODE:
        return _BY_CODE[code]
    return _BY_STATUS.get(status, _UNAVAILABLE if status >= 500 else (PermanentError, None))


def _of_client(error: Exception, where: str, endpoint_url: str | None) -> PipelineError:
    """Translate an error on this side of the connection, or of the connection."""
    from botocore import exceptions as boto

    connection = (
        boto.HTTPClientError,
        boto.ConnectionError,
        boto.IncompleteReadError,
        boto.MetadataRetrievalError,
    )
    credentials = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
    place = f"{where} at {endpoint_url}" if endpoint_url else where
    if isinstance(error, connection):
        return StoreUnavailableError(_sentence(error), where=place)
    action = _SET_CREDENTIALS if isinstance(error, credentials) else _SET_ENDPOINT
    return StoreRefusedError(_sentence(error), where=place, action=action)
