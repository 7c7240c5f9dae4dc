"""A statement ends with one sign."""

import pytest

from pipeline_core.domain.endings import with_one_end


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Keys are kept.", "Keys are kept."),
        ("Keys are kept;", "Keys are kept"),
        ("Keys are kept..", "Keys are kept."),
        ("Keys are kept;.", "Keys are kept."),
        ("Keys are kept.,", "Keys are kept."),
        ("退房时退还；", "退房时退还"),
        ("退房时退还；.", "退房时退还。"),
        ("退房时退还。.", "退房时退还。"),
        ("It is open at nine ...", "It is open at nine ..."),
        ("Is it open?", "Is it open?"),
        ("Plan – Fee: $9 (net)", "Plan – Fee: $9 (net)"),
    ],
)
def test_one_sign_is_left(said: str, left: str) -> None:
    assert with_one_end(said) == left
