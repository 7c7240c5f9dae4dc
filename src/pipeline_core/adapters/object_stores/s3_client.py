"""A client of S3, as everything here uses it."""

from typing import TYPE_CHECKING

from pipeline_core.adapters.object_stores.s3_errors import translated
from pipeline_core.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def connect(where: str, endpoint_url: str | None) -> "S3Client":
    """Make a client; nothing is connected to yet.

    Credentials and region come from where boto3 looks for them: environment, profile, instance role. A call is tried
    three times, which takes two minutes at most.

    Raises:
        ConfigurationError: the endpoint is no URL, or the profile does not exist.
    """
    # Heavy to import: only who uses S3 waits for it.
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        # The server verifies the signed sha256 of what it receives. The newer trailing checksums, on by
        # default, are refused by services other than AWS.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={
            "payload_signing_enabled": True,
            # A bucket is a host name at AWS, elsewhere seldom.
            "addressing_style": "path" if endpoint_url else "auto",
        },
    )
    try:
        with translated(where, endpoint_url):
            # A session of our own: the default one is shared and not safe to use from threads.
            session = boto3.session.Session()
            return session.client("s3", endpoint_url=endpoint_url, config=config)
    except ValueError as error:
        raise ConfigurationError(
            f"{error}.",
            where=where,
            action="Set UPLOAD_PIPELINE_S3_ENDPOINT_URL to a URL such as https://host:9000.",
        ) from error
