"""Which store a setting means, and what is said about a wrong one."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_core.adapters.object_stores.factory import open_object_store
from pipeline_core.domain.errors import ConfigurationError


def test_nothing_set_is_the_default_folder(tmp_path: Path) -> None:
    for url in ("", "  "):
        store = open_object_store(url, default=tmp_path / "objects", s3_endpoint_url=None)
        assert store.url == (tmp_path / "objects").as_uri()
    assert list(tmp_path.iterdir()) == []


def test_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "my objects"
    for url in (str(folder), folder.as_uri(), "~/my objects"):
        assert open_object_store(url, default=tmp_path, s3_endpoint_url=None).url == folder.as_uri()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/", "s3://bucket"),
        ("s3://my.bucket-2/team/documents/", "s3://my.bucket-2/team/documents"),
        ("S3://bucket/Prefix", "s3://bucket/Prefix"),
    ],
)
def test_a_bucket(url: str, shown: str, tmp_path: Path) -> None:
    store = open_object_store(url, default=tmp_path, s3_endpoint_url="http://localhost:9000")
    assert store.url == shown
    again = open_object_store(store.url, default=tmp_path, s3_endpoint_url="http://localhost:9000")
    assert again.url == shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("objects", "relative"),
        ("./objects", "relative"),
        ("s3:/bucket", "relative"),
        ("file://objects", "relative"),
        ("~nobody-of-this-name/objects", "nobody-of-this-name"),
        ("/srv/\x00", "NUL"),
        ("gs://bucket/prefix", "gs://"),
        ("https://bucket.s3.amazonaws.com", "https://"),
        ("s3://", "name of a bucket"),
        ("s3:///prefix", "name of a bucket"),
        ("s3://Bucket", "name of a bucket"),
        ("s3://my_bucket/x", "name of a bucket"),
        ("s3://localhost:9000/bucket", "UPLOAD_PIPELINE_S3_ENDPOINT_URL"),
        ("s3://bucket/../x", "prefix"),
        ("s3://bucket/a//b", "prefix"),
        ("s3://bucket/" + "/".join(["p" * 200] * 3), "prefix"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_set(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_object_store(url, default=tmp_path, s3_endpoint_url=None)
    assert said in str(caught.value)
    assert "UPLOAD_PIPELINE_OBJECT_STORE" in str(caught.value)


def test_credentials_in_the_url_are_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID") as caught:
        open_object_store("s3://AKIAEXAMPLE:sec/ret@bucket/x", default=tmp_path, s3_endpoint_url=None)
    assert "AKIA" not in str(caught.value)
    assert "sec" not in str(caught.value).replace("SECRET", "")


def test_boto3_is_imported_by_who_uses_s3_only() -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline_core.adapters.object_stores.factory import open_object_store\n"
        "open_object_store('', default=Path('/nowhere'), s3_endpoint_url=None)\n"
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
