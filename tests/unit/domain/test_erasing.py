"""Words are taken out wherever they stand, however JSON spells what stands around them, and nothing else changes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.erasing import ERASED, Cleaner

WORD = "canaryleft.md"
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\n\t“”"\\/é'), max_size=12)
CLEANER = Cleaner([WORD, "The rent “of” canary\nis 95 euros."], ["Ann Ox"])


@given(before=texts, after=texts, ascii_only=st.booleans(), depth=st.integers(0, 3))
def test_a_word_goes_from_json_however_deep(before: str, after: str, ascii_only: bool, depth: int) -> None:
    value: object = {
        "said": [f"{before} {WORD}\n{after}", f"{before}\n{WORD} {after}", 1.5, None],
        "n": {"a.b": "“" + WORD},
    }
    for _ in range(depth):
        value = {"inner": json.dumps(value, ensure_ascii=ascii_only), "left": before}
    text = json.dumps(value, ensure_ascii=ascii_only)
    clean = CLEANER.text(text)
    assert WORD not in clean
    json.loads(clean)


@given(texts)
def test_json_without_the_words_stays_to_the_letter(said: str) -> None:
    for text in (json.dumps({"said": said}), json.dumps([said], ensure_ascii=False, indent=2)):
        assert CLEANER.text(text) == text


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (r"reason='It contradicts:\ncanaryleft.md\nmore'", rf"reason='It contradicts:\n{ERASED}\nmore'"),
        (r"says \u201ccanaryleft.md\u201d", rf"says \u201c{ERASED}\u201d"),
        ("GET /files?name=%22canaryleft.md%22", f"GET /files?name=%22{ERASED}%22"),
        ("mycanaryleft.md", "mycanaryleft.md"),
        ('{"code": "canaryleft.md", "is": "canaryleft.md"}', f'{{"code": "canaryleft.md", "is": "{ERASED}"}}'),
        ('{"by": "Ann Ox", "said": "Ann Oxford and Ann Ox"}', f'{{"by": "{ERASED}", "said": "Ann Oxford and Ann Ox"}}'),
        ('{"said": "The rent \\u201cof\\u201d canary\\nis 95 euros."}', f'{{"said": "{ERASED}"}}'),
    ],
)  # fmt: skip
def test_words_of_their_own_go(said: str, left: str) -> None:
    assert CLEANER.text(said) == left
