import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline_core.domain.facts import FactCandidate, MatchKind
from pipeline_core.stages.evidence import locate, verify

POLICY = """## Flood

The **annual deductible** for flood damage is $1,500.00 for each insured building, and the insurer shall not
be liable for any loss caused by sewer back‑up. Members must submit a claim within 90 days – “without
exception” – of the date of loss. The insured may cancel the pol-
icy at any time. Coverage is limited to 80% of the replacement cost. Uninsured losses are excluded. Café
Zürich pays for ﬁre. Temperatures below 5 °C are not covered by this endorsement of the policy.
"""


@pytest.mark.parametrize(
    ("quote", "found", "match"),
    [
        # letter for letter, however short
        ("80%", "80%", MatchKind.EXACT),
        ("  Coverage is limited ", "Coverage is limited", MatchKind.EXACT),
        ("shall not\nbe liable", "shall not\nbe liable", MatchKind.EXACT),
        # white space, quotes, dashes, ligatures, accents, hyphens at line ends, emphasis marks
        ("shall not be liable for any loss", "shall not\nbe liable for any loss", MatchKind.NORMALIZED),
        (
            '90 days - "without exception" - of the date',
            "90 days – “without\nexception” – of the date",
            MatchKind.NORMALIZED,
        ),
        ("caused by sewer back-up.", "caused by sewer back‑up.", MatchKind.NORMALIZED),
        ("pays for fire.", "pays for ﬁre.", MatchKind.NORMALIZED),
        ("Cafe\u0301 Zu\u0308rich pays", "Café\nZürich pays", MatchKind.NORMALIZED),
        ("may cancel the policy at any time", "may cancel the pol-\nicy at any time", MatchKind.NORMALIZED),
        ("The annual deductible for flood", "The **annual deductible** for flood", MatchKind.NORMALIZED),
        ("deductible\u200b for flood", "deductible** for flood", MatchKind.NORMALIZED),
        # typing errors, capitals, articles, another spelling of the same number
        (
            "The anual deductible for flood damage is $1,500 for each insured building",
            "The **annual deductible** for flood damage is $1,500.00 for each insured building",
            MatchKind.ALIGNED,
        ),
        (
            "Members must submit claim within 90 days",
            "Members must submit a claim within 90 days",
            MatchKind.ALIGNED,
        ),
        (
            "Coverage is limited to 80% of the replacment cost.",
            "Coverage is limited to 80% of the replacement cost.",
            MatchKind.ALIGNED,
        ),
        (
            "temperatures below 5 °C are not covered by the this endorsement of the policy.",
            "Temperatures below 5 °C are not covered by this endorsement of the policy.",
            MatchKind.ALIGNED,
        ),
    ],
)
def test_found(quote: str, found: str, match: MatchKind) -> None:
    evidence = locate(quote, POLICY)
    assert evidence is not None
    assert (evidence.quote, evidence.match) == (found, match)
    assert POLICY[evidence.char_from : evidence.char_to] == evidence.quote


@pytest.mark.parametrize(
    "quote",
    [
        # nothing, and too little to be inexact about
        "", "   ", "\n", "…", "no", "Back-up", "FLOOD",
        # made up
        "Hail damage is covered up to the policy limit.",
        "The annual deductible for flood damage is waived for each insured building",
        "x" * 5000,
        # another number, unit, mark or sign
        "The annual deductible for flood damage is $2,500.00 for each insured building",
        "The annual deductible for flood damage is €1,500.00 for each insured building",
        "The annual deductible for flood damage is 1,500.00 for each insured building",
        "Members must submit a claim within 30 days",
        "Members must submit a claim within ninety days",
        "Coverage is limited to 80 of the replacement cost.",
        "Coverage is limited to <80% of the replacement cost.",
        "Temperatures below 5 °F are not covered by this endorsement of the policy.",
        "Temperatures below -5 °C are not covered by this endorsement of the policy.",
        # a "not" more or less
        "the insurer shall be liable for any loss caused by sewer back-up.",
        "The insured may not cancel the policy at any time.",
        "Temperatures below 5 °C are covered by this endorsement of the policy.",
        "Members must never submit a claim within 90 days",
        # another duty, another party, another direction
        "Members may submit a claim within 90 days",
        "The insurer may cancel the policy at any time.",
        "Temperatures above 5 °C are not covered by this endorsement of the policy.",
        "Coverage is unlimited to 80% of the replacement cost.",
        "Coverage is limited to 80% of the depreciated cost.",
        # parts of a word or a number
        "insured losses are excluded", "Uninsured loss", "500.00 for each", "is $1,50", "1,500", "in 90",
    ],
)  # fmt: skip
def test_refused(quote: str) -> None:
    assert locate(quote, POLICY) is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        # one letter may be a word here, so nothing is a typing error
        ("本保险不承保洪水造成的财产损失和费用", "本保险承保洪水造成的财产损失和费用。" * 2),
        ("यह पॉलिसी बाढ़ से हुए नुकसान को कवर करता है", "यह पॉलिसी बाढ़ से हुए नुकसान को कवर करती है।"),
        ("Die Police deckt keine Schäden durch Hochwasser", "Die Police deckt Schäden durch Hochwasser."),
        ("Diese Police deckt einen Schaden durch Feuer", "Diese Police deckt keinen Schaden durch Feuer."),
        # names that differ in their middle only are short
        ("The office in Iran handles all of the claims", "The office in Iraq handles all of the claims."),
        ("The lessor pays for all of the repairs there", "The lessee pays for all of the repairs there."),
    ],
)  # fmt: skip
def test_refused_in_other_scripts_and_near_words(quote: str, text: str) -> None:
    assert locate(quote, text) is None


def test_text_without_blanks_is_found_anywhere() -> None:
    evidence = locate("承保洪水", "本保险承保洪水造成的损失。")
    assert evidence is not None
    assert evidence.match is MatchKind.EXACT


def test_the_whole_word_is_found_behind_the_part_of_one() -> None:
    evidence = locate("insured losses", "Uninsured losses are excluded, insured losses are not.")
    assert evidence is not None
    assert evidence.char_from == 31


VOCABULARY = [
    "the",
    "insured",
    "insurer",
    "must",
    "not",
    "pay",
    "5",
    "1,000",
    "$30",
    "within",
    "days",
    "“all”",
]
VOCABULARY += ["re-use", "ﬁre", "café", "cafe\u0301", "**x**", "–", "…", "保険", "\n", "\u00a0"]
WORDS = st.sampled_from(VOCABULARY)
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, quote=TEXTS)
def test_what_is_found_is_always_the_sources_own_characters(text: str, quote: str) -> None:
    evidence = locate(quote, text)
    if evidence is not None:
        assert text[evidence.char_from : evidence.char_to] == evidence.quote
        assert evidence.quote.strip()


@settings(deadline=None)
@given(words=st.lists(WORDS, min_size=3, max_size=30), data=st.data())
def test_a_run_of_words_is_found_with_other_white_space(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    run = words[start : start + data.draw(st.integers(1, 10))]
    exact = " ".join(run).strip()
    assume(exact)
    found = locate(exact, " ".join(words))
    assert found is not None
    assert (found.quote, found.match) == (exact, MatchKind.EXACT)
    folded = "  ".join(exact.split())
    assume(len(" ".join(exact.split()).replace("*", "")) >= 12)
    again = locate(f"{folded}", " ".join(words))
    assert again is not None
    assert again.match is not MatchKind.ALIGNED


@settings(deadline=None)
@given(
    at=st.integers(0, 11),
    word=st.sampled_from(["not", "never", "7", "$9", "except", "only", "all", "insurer", "un", "less"]),
)
def test_an_inserted_word_is_refused(at: int, word: str) -> None:
    said = "the insured building is covered for fire and smoke damage until december"
    words = said.split()
    text = f"On page two we read that {said} by the company."
    assert locate(" ".join([*words[:at], word, *words[at:]]), text) is None


# --- verify ----------------------------------------------------------------------------------------------


def candidate(question: str, answer: str, quote: str) -> FactCandidate:
    return FactCandidate(question, answer, f"{question} {answer}", (quote,))


def test_verify_keeps_what_is_proved_counts_what_is_not_and_drops_what_is_said_twice() -> None:
    limit = candidate("What is covered?", "80%", "Coverage is limited to 80%")
    claims = candidate("By when?", "Within 90 days", "submit a claim  within 90 days")
    invented = candidate("By when?", "Within 30 days", "submit a claim within 30 days")
    again = candidate("what is  covered?", "80%", "limited to 80% of the replacement cost")
    other_answer = candidate("What is covered?", "the replacement cost", "80% of the replacement cost")

    proved, refused = verify([limit, invented, claims, again, other_answer], POLICY)

    assert [c for c, _ in proved] == [limit, claims, other_answer]
    assert [span.match for _, proof in proved for span in proof] == [
        MatchKind.EXACT,
        MatchKind.NORMALIZED,
        MatchKind.EXACT,
    ]
    assert refused == 1
    assert verify([], POLICY) == ([], 0)


COVER = "Not covered are:\n\n- flood,\n"
ITEMS = f"{COVER}- war.\n\n| Peril | Limit |\n|---|---|\n| flood | $5 |\n\n{COVER}"


@pytest.mark.parametrize(
    ("quotes", "starts"),
    [
        # an item that stands twice is the one behind its lead-in
        (("Not covered are:", "flood,"), (0, ITEMS.index("flood,"))),
        # the header stands behind the row that is quoted first
        (("| flood | $5 |", "| Peril | Limit |"), (ITEMS.index("| flood"), ITEMS.index("| Peril"))),
        # the same place twice is one span
        (("war.", "war."), (ITEMS.index("war."),)),
        # of two places where it stands, the one that follows
        (("| flood | $5 |", "Not covered are:"), (ITEMS.index("| flood"), ITEMS.rindex("Not"))),
    ],
)
def test_every_quote_of_a_claim_is_looked_up_in_order(quotes: tuple[str, ...], starts: tuple[int, ...]) -> None:
    claim = FactCandidate(None, None, "Flood is not covered.", quotes)
    [(_, proof)], refused = verify([claim], ITEMS)
    assert (tuple(span.char_from for span in proof), refused) == (starts, 0)
    assert all(ITEMS[span.char_from : span.char_to] == span.quote for span in proof)


@pytest.mark.parametrize("quotes", [(), ("Not covered are:", "storm"), ("storm", "flood,")])
def test_a_claim_of_which_one_quote_is_not_there_is_refused(quotes: tuple[str, ...]) -> None:
    assert verify([FactCandidate(None, None, "Storm is not covered.", quotes)], ITEMS) == ([], 1)


def test_claims_without_a_question_are_the_same_if_their_statements_are() -> None:
    claims = [FactCandidate(None, None, words, ("flood,",)) for words in ("No flood.", "No  FLOOD.", "No war.")]
    assert [claim for claim, _ in verify(claims, ITEMS)[0]] == [claims[0], claims[2]]


@pytest.mark.parametrize(
    ("question", "answer", "statement", "quotes", "is_whole"),
    [
        ("What?", "That.", "It is that.", ("that",), True),
        (None, None, "It is that.", ("it is", "that"), True),
        ("What?", None, "It is that.", ("that",), False),
        (None, "That.", "It is that.", ("that",), False),
        (" ", "That.", "It is that.", ("that",), False),
        ("What?", "", "It is that.", ("that",), False),
        (None, None, " ", ("that",), False),
        (None, None, "It is that.", (), False),
        (None, None, "It is that.", ("that", " "), False),
    ],
)
def test_a_claim_is_whole_with_question_and_answer_or_neither(
    question: str | None, answer: str | None, statement: str, quotes: tuple[str, ...], is_whole: bool
) -> None:
    assert FactCandidate(question, answer, statement, quotes).is_whole is is_whole
