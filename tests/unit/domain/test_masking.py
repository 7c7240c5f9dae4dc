"""Secrets become stars wherever they stand in a text; what is none stays."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote, quote_plus

import pytest

from pipeline_core.domain import masking
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError
from pipeline_core.domain.masking import masked, masked_all


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    masking.know({})
    yield
    masking.know({})


SECRET = "c4n4ry-Pw"

WITH_SECRETS = [
    ("redis://:c4n4ry-Pw@host:6379/0", "redis://***@host:6379/0"),
    ("redis://c4n4ry-Pw@host/0", "redis://***@host/0"),
    ("https://user:c4n4ry-Pw@host/path?q=1", "https://***@host/path?q=1"),
    ("https://user:c4n4ry-Pw@x@host/path", "https://***@host/path"),
    ("postgresql+psycopg://u:c4n4ry-Pw/with#odd?signs@host/db", "postgresql+psycopg://***@host/db"),
    ("https://user%40x:c4n4ry%2DPw@host", "https://***@host"),
    ("postgresql://host/db?user=u&password=c4n4ry-Pw&sslmode=require", "postgresql://host/db?user=u&password=***&sslmode=require"),
    ("postgresql://host/db?sslpassword=c4n4ry-Pw", "postgresql://host/db?sslpassword=***"),
    ("https://host/jwks?token=c4n4ry-Pw", "https://host/jwks?token=***"),
    ("https://host/a?X-Amz-Signature=c4n4ry-Pw&X-Amz-Credential=c4n4ry-Pw", "https://host/a?X-Amz-Signature=***&X-Amz-Credential=***"),
    ("https://host/a?apikey=c4n4ry-Pw&sig=c4n4ry-Pw#access_token=c4n4ry-Pw", "https://host/a?apikey=***&sig=***#access_token=***"),
    ("host=db user=u password=c4n4ry-Pw dbname=d", "host=db user=u password=*** dbname=d"),
    ("host=db password = 'c4n4ry-Pw with \\' space' dbname=d", "host=db password = *** dbname=d"),
    ("invalid dsn: PASSWORD=c4n4ry-Pw,&) sslmode=x", "invalid dsn: PASSWORD=*** sslmode=x"),
    ("env AWS_SECRET_ACCESS_KEY=c4n4ry-Pw AWS_REGION=eu", "env AWS_SECRET_ACCESS_KEY=*** AWS_REGION=eu"),
    ("{'password': 'c4n4ry-Pw', 'port': 1}", "{'password': '***', 'port': 1}"),
    ('{"api_key": "c4n4ry-Pw"}', '{"api_key": "***"}'),
    ("Authorization: Bearer c4n4ry-Pw1", "Authorization: Bearer ***"),
    ("{'Authorization': 'Basic YzRuNHJ5OlB3'}", "{'Authorization': '***'}"),
    ("Incorrect API key provided: sk-c4n4ry-Pwc4n4ry-Pw.", "Incorrect API key provided: ***."),
    ("The token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c4n4ry-Pw is old", "The token *** is old"),
    ("UPLOAD_PIPELINE_LIMITS_STORE='redis://u:c4n4ry-Pw@h'", "UPLOAD_PIPELINE_LIMITS_STORE='redis://***@h'"),
    ("two: http://a:c4n4ry-Pw@h, http://b:c4n4ry-Pw@i", "two: http://***@h, http://***@i"),
]  # fmt: skip

WITHOUT = [
    "http://127.0.0.1:4200/api",
    "http://127.0.0.1:4200/flows/flow/a@b",
    "https://example.org/@somebody/page?max_tokens=5",
    "s3://bucket/prefix",
    "UPLOAD_PIPELINE_OPENAI_MAX_OUTPUT_TOKENS=5: Input should be greater",
    "UPLOAD_PIPELINE_API_AUTH=local serves loopback only, not 0.0.0.0.",
    "Set postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded.",
    "The key of file a@b.c is wrong: password protected.",
    "password authentication failed for user postgres",
    "bearer of the policy; Basic attention",
    "host=db user=u dbname=d",
]


@pytest.mark.parametrize(("text", "expected"), WITH_SECRETS)
def test_secrets_become_stars(text: str, expected: str) -> None:
    assert masked(text) == expected
    assert masked(masked(text)) == expected


@pytest.mark.parametrize("text", WITHOUT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("variable", "value", "repeated"),
    [
        ("OPENAI_API_KEY", SECRET, SECRET),
        ("AWS_SECRET_ACCESS_KEY", SECRET, SECRET),
        ("UPLOAD_PIPELINE_METRICS_TOKEN", SECRET, SECRET),
        ("PREFECT_API_AUTH_STRING", f"admin:{SECRET}", f"admin:{SECRET}"),
        ("UPLOAD_PIPELINE_LIMITS_STORE", "redis://u:c4n4ry%2DPw@h", SECRET),
        ("UPLOAD_PIPELINE_DATABASE_URL", f"postgresql://h/d?password={SECRET}", SECRET),
        ("UPLOAD_PIPELINE_DATABASE_URL", f"host=h password='{SECRET}'", SECRET),
        ("SUPABASE_SERVICE_ROLE_KEY", SECRET, SECRET),
    ],
)
def test_a_secret_that_is_known_is_found_without_its_name(variable: str, value: str, repeated: str) -> None:
    """As libraries repeat it: decoded, and in sentences of theirs."""
    text = f"cannot resolve {repeated}, or so"
    assert masked(text) == text
    masking.know({variable: value})
    assert masked(text) == "cannot resolve ***, or so"


@pytest.mark.parametrize(
    "write",
    [str, repr, json.dumps, partial(json.dumps, ensure_ascii=False), quote, partial(quote, safe=""), quote_plus],
)
@pytest.mark.parametrize("secret", ['c4n4ry "quoted"', "c4n4ry'and\"é\\n/x", "c4n4ry/with@signs+ü"])
def test_a_secret_that_is_known_is_found_however_it_is_written(secret: str, write: Callable[[str], str]) -> None:
    masking.know({"MAIL_PASSWORD": secret})
    told = masked(f"cannot resolve {write(secret)}")
    assert told.replace('"', "").replace("'", "") == "cannot resolve ***"


def test_a_password_that_is_a_word_leaves_that_word_alone() -> None:
    masking.know({"UPLOAD_PIPELINE_DATABASE_URL": "postgresql://postgres:postgres@db/postgres", "X_TOKEN": "1"})
    assert masked("The embedded postgres, 1 of 11") == "The embedded postgres, 1 of 11"


def test_errors_are_masked_where_they_become_texts() -> None:
    url = f"redis://u:{SECRET}@h"
    error = ServiceUnavailableError(f"no answer of {url}", where=url, action=f"Look at {url}.")
    for told in (str(error), repr(error), str(error.as_json()), str(error.as_stored())):
        assert SECRET not in told
    assert SECRET not in str(ConfigurationError(f"password={SECRET}"))


def test_fields_are_masked_by_their_names() -> None:
    rows = [{"url": f"http://a:{SECRET}@h"}]
    given = {"password": SECRET, "rows": rows, "object_key": "a/b", "tokens": 5, "token": ""}
    assert masked_all(given) == {
        "password": "***", "rows": [{"url": "http://***@h"}], "object_key": "a/b", "tokens": 5, "token": "",
    }  # fmt: skip
