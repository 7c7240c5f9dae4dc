"""Each rule with a real bad case, and with one that must pass."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from pipeline_core.domain.canaries import all_phrases
from pipeline_core.domain.documents import WHOLE, Page, PageMap, PageOutcome
from pipeline_core.domain.facts import ChunkOutcome, LeftOut, Span
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.page_words import Run, words_as_json
from pipeline_core.domain.staging import StagedChunk, StagedQuestion
from pipeline_core.settings import load_settings
from pipeline_core.validation.contradiction_rules import contradiction
from pipeline_core.validation.ledger_rules import no_facts
from pipeline_core.validation.published_rules import contradicts_published
from pipeline_core.validation.rules import RULES
from pipeline_core.validation.subject import Subject
from tests.support.validated import TEXT, apart, chunk, codes, fact, pages, subject


@pytest.mark.parametrize(
    ("headings", "contradicts"),
    [
        (("", "After a storm"), True),
        (("Storms", "Storms"), True),
        (("Storms", "Fires"), False),
        (("Selbstbeteiligung", ""), True),
    ],
)
def test_facts_are_compared_without_a_heading_that_only_one_has(headings: tuple[str, str], contradicts: bool) -> None:
    texts = ("The deductible of the plan is $500 a year.", "The deductible of the plan is $750 a year.")
    facts = [
        fact(text, statement=text, question=None, heading=heading)
        for text, heading in zip(texts, headings, strict=True)
    ]
    found = [finding for finding in contradiction(subject(facts=facts)) if finding.code == "contradiction"]
    assert [len(finding.numbers["question_ids"]) for finding in found] == ([2] if contradicts else [])


def test_what_is_said_under_no_heading_contradicts_all() -> None:
    texts = {"": "$500", "Storms": "$500", "Fires": "$750", "Floods": "$750"}
    facts = [
        fact(said, statement=f"The deductible of the plan is {said}.", question=None, heading=heading)
        for heading, said in texts.items()
    ]
    [finding] = contradiction(subject(facts=facts))
    assert finding.numbers["question_ids"] == [str(facts[at].question_id) for at in (0, 2, 3)]


@pytest.mark.parametrize(
    ("reasons", "contradicts"),
    [
        ((None, LeftOut.LOW_CONFIDENCE), True),
        ((None, LeftOut.SCATTERED), False),
        ((LeftOut.LOW_CONFIDENCE, LeftOut.LOW_CONFIDENCE), False),
    ],
)
def test_what_is_left_out_as_doubtful_contradicts_what_is_not(
    reasons: tuple[LeftOut | None, ...], contradicts: bool
) -> None:
    facts = [
        replace(
            fact(f"The annual deductible is {said} for each member.", question=None),
            left_out=reason,
            status="left_out" if reason else "pending",
        )
        for said, reason in zip(("$500", "$750"), reasons, strict=True)
    ]
    kept, out = [fact for fact in facts if not fact.left_out], [fact for fact in facts if fact.left_out]
    found = list(contradiction(replace(subject(facts=kept), left_out=out)))
    assert [", left out)" in finding.message for finding in found] == ([True] if contradicts else [])


def test_what_is_published_is_compared_without_a_heading_that_only_one_has() -> None:
    ours, theirs = "The fee for late rent is 5 days.", "Rent: The fee for late rent is 9 days."
    pair = apart(ours, theirs)
    assert "contradicts_published" not in codes(subject(apart=[pair]))
    own = replace(pair, published_own="The fee for late rent is 9 days.")
    assert "contradicts_published" in codes(subject(apart=[own]))
    both = replace(own, staged_text=f"Leases: {ours}", staged_own=ours)
    assert "contradicts_published" not in codes(subject(apart=[both]))


def test_a_good_document_has_no_finding() -> None:
    facts = [fact("The annual deductible is $500 for each member."), fact("The plan pays 80% of the cost after that.")]
    assert codes(subject(facts=facts)) == set()


def test_what_has_no_pages_loses_none_and_names_none() -> None:
    case = subject(chunks=[chunk(TEXT, 0, outcome=None, facts=0)])
    whole = replace(case, page_map=PageMap((Page(1, 0, len(TEXT)),), WHOLE), conversion={"pages": None})
    [finding] = [found for rule in RULES for found in rule.check(whole) if found.code != "no_facts"]
    assert (finding.code, finding.numbers["page"]) == ("chunk_without_outcome", None)
    assert finding.message == "Chunk 0 was never asked for facts."


CONTRADICTORY = TEXT + "\nThe annual deductible is $750 for each member.\n"
ECHO = all_phrases()[0]
GARBLED = "(cid:12)(cid:7)(cid:44) \ufffd\ufffd\ufffd \uf0a1\uf0b2 text"
LONG = "The fee is due within ten days of each month.\n" * 20
TWO_COLUMNS = {
    1: tuple(
        Run(text, (left, top, left + 200, top + 12))
        for top, texts in enumerate(
            [
                ("The fee for the visit", "Members pay the second"),
                ("is due once at the desk", "rate in May of the year"),
            ]
        )
        for left, text, top in ((40.0, texts[0], 100.0 + 14 * top), (260.0, texts[1], 100.0 + 14 * top))
    )
}
ACROSS = "The fee for the visit rate in May of the year"


def scattered(*, left_out: bool) -> Subject:
    case = subject(ACROSS, facts=[] if left_out else [fact(ACROSS, ACROSS)])
    words = json.dumps(words_as_json(TWO_COLUMNS)).encode()
    return replace(case, words=words, left_out=[fact(ACROSS, ACROSS)] if left_out else [])


RIGHT_TO_LEFT = "يجب على اأعضاء دفع 500 ريال كل سنة."
CASES = {
    "a page that was hard to read": (
        subject(pages=(Page(1, 0, len(TEXT), ocr_doubt=0.2),), facts=[fact("The annual deductible is $500")]),
        "read_with_doubt",
    ),
    "a quote over two columns, put back by a person": (scattered(left_out=False), "evidence_scattered_on_page"),
    # name: (subject, the code that must be among the findings)
    "no text at all": (subject("  \n", chunks=[]), "empty_text"),
    "glyph codes of a broken font": (subject(GARBLED), "garbled_text"),
    "nothing but codes of glyphs": (subject("(cid:12)(cid:7)(cid:44) /uni0041 of the policy"), "garbled_text"),
    "letters that only the font knows": (subject("\uf0a1\uf0b2\uf0c3 of it"), "garbled_text"),
    "bytes that are no text": (subject("ÿÿÿÿ of it"), "garbled_text"),
    "text of another encoding": (subject("Der GebÃ¤udeschÃ¤tzer prÃ¼ft."), "garbled_text"),
    "a passage that nobody can read": (
        subject(f"{LONG}ÿþÿÿÿÿ of it", chunks=[chunk(LONG, 0), chunk("ÿþÿÿÿÿ of it", len(LONG))]), "garbled_chunk",
    ),
    "letters in the order of their drawing": (
        subject(RIGHT_TO_LEFT, chunks=[chunk(RIGHT_TO_LEFT, 0)]), "words_out_of_order",
    ),
    "a few characters that nobody can read": (
        subject(LONG + "\x15", chunks=[chunk(LONG + "\x15", 0)]), "unreadable_characters",
    ),
    "a fact that says what nobody can read": (
        subject(LONG, facts=[fact("The fee is", LONG, statement="The fee is \ufffd30.")]), "unreadable_fact",
    ),
    "letters that were lost": (subject("\ufffd\ufffd\ufffd of it"), "garbled_text"),
    "a code block that is never closed": (subject(f"{TEXT}\n```\nx\n\ny"), "code_not_closed"),
    "text between two chunks": (
        subject(chunks=[chunk(TEXT[:20], 0), chunk(TEXT[40:], 40)]), "text_outside_chunks",
    ),
    "a quote that stands elsewhere": (
        subject(facts=[replace(fact("The plan pays 80%"), evidence=(Span("The plan pays 80%", 9, 26, 1),))]),
        "evidence_not_exact",
    ),
    "a page dropped by a converter": (subject(pages_converted=3), "pages_lost"),
    "a page that failed": (subject(pages=(Page(1, 0, len(TEXT), PageOutcome.FAILED),)), "pages_failed"),
    "a chunk that was never asked": (
        subject(chunks=[chunk(TEXT, 0, outcome=None, facts=0)]), "chunk_without_outcome",
    ),
    "a chunk whose call failed": (
        subject(chunks=[chunk(TEXT, 0, outcome=ChunkOutcome.FAILED, facts=0)]), "chunk_failed",
    ),
    "text that is in no chunk": (subject(chunks=[chunk(TEXT[:20], 0)]), "text_outside_chunks"),
    "a chunk that is not at its offsets": (subject(chunks=[chunk("Something else", 0)]), "chunk_offsets_wrong"),
    "more facts than the chunks account for": (
        subject(chunks=[chunk(TEXT, 0)], staged=2), "ledger_counts",
    ),
    "fewer facts than the chunks account for": (subject(chunks=[chunk(TEXT, 0, facts=3)], staged=2), "ledger_counts"),
    "a chunk far over its size": (
        subject("x" * 5000, settings=load_settings(chunk_max_chars=1600)), "oversized_chunk",
    ),
    "a fabricated quote": (subject(facts=[fact("The annual deductible is zero for everybody.")]), "evidence_not_exact"),
    "a number that the evidence lacks": (
        subject(facts=[fact("The annual deductible is $500 for each member.", answer="$500, rising to $900")]),
        "number_not_in_evidence",
    ),
    "a document that gave no facts": (subject(chunks=[chunk(TEXT, 0, facts=0)]), "no_facts"),
    "two amounts for one thing": (
        subject(CONTRADICTORY, facts=[
            fact("The annual deductible is $500 for each member.", CONTRADICTORY),
            fact("The annual deductible is $750 for each member.", CONTRADICTORY),
        ]),
        "contradiction",
    ),
    "an example of the prompt, echoed": (
        subject(facts=[fact("The plan pays 80% of the cost after that.", statement=ECHO, answer=ECHO)]),
        "prompt_example_echoed",
    ),
    "an example of the prompt, nearly": (
        subject(facts=[fact(
            "The plan pays 80% of the cost after that.",
            answer=f"In short: {ECHO.upper().replace('EVERY', 'at every').replace('ZEPHYRINE', '')}",
        )]),
        "prompt_example_echoed",
    ),
    "a question about what is only in the prompt's examples": (
        subject(facts=[fact("The plan pays 80% of the cost after that.", question="How often are Thornmere's paid?")]),
        "prompt_example_echoed",
    ),
    "undecided near-duplicates": (subject(undecided=2), "undecided_duplicates"),
    "hardly a page that is not a picture": (
        subject(pages=pages(PageOutcome.TEXT, PageOutcome.IMAGE_ONLY), pages_converted=2), "pages_without_text",
    ),
    "a number that only the question's neighbour has": (
        subject(facts=[fact("The plan pays 80% of the cost after that.", answer="It pays $500.")]),
        "number_not_in_evidence",
    ),
    "two amounts for one question": (
        subject(facts=[
            fact("The plan pays 80%", question="What does it cost?", answer="$500 a year.", statement="Costs a year."),
            fact("The plan pays 80%", question="What does it cost ?", answer="$750 a year.", statement="Costs a year."),
        ]),
        "contradicting_answers",
    ),
    "yes and no to one question": (
        subject(facts=[
            fact(TEXT[9:40], question="Is hail covered?", answer="Yes.", statement="The policy covers hail."),
            fact(TEXT[9:40], question="is hail covered", answer="No.", statement="The policy covers hail."),
        ]),
        "contradicting_answers",
    ),
    "a negation of the same answer": (
        subject(facts=[
            fact(TEXT[9:40], question="Who pays?", answer="Members pay it.", statement="Members pay the deductible."),
            fact(TEXT[9:40], question="Who pays?", answer="Members never pay it.",
                 statement="Members never pay the deductible."),
        ]),
        "contradicting_answers",
    ),
    "another amount than what is published": (
        subject(apart=[apart("The annual deductible is $500.", "The annual deductible is $750.")]),
        "contradicts_published",
    ),
    "the opposite of what is published": (
        subject(apart=[apart("The policy does not cover hail.", "The policy covers hail.")]), "contradicts_published",
    ),
    "more facts than there can be in a text": (
        subject("word " * 120, facts=[fact("word", "word " * 120)] * 40), "too_many_facts",
    ),
    "hardly any facts in a long text": (subject("A word about nothing at all. " * 2000), "too_few_facts"),
}  # fmt: skip


@pytest.mark.parametrize(("case", "code"), CASES.values(), ids=CASES.keys())
def test_bad_case(case: Subject, code: str) -> None:
    assert code in codes(case)


LOW = LeftOut.LOW_CONFIDENCE


def out(reason: LeftOut) -> StagedQuestion:
    return replace(fact("The annual deductible is $500 for each member."), status="left_out", left_out=reason)


def none_of(*reasons: str, facts: int = 0) -> list[StagedChunk]:
    without = [replace(chunk(TEXT, 0, facts=0, outcome=ChunkOutcome.NOTHING_HERE), reason=reason) for reason in reasons]
    return [*without, *([chunk(TEXT, 0, facts=facts)] if facts else [])]


@pytest.mark.parametrize(
    ("case", "severity", "why"),
    [
        (subject(chunks=none_of("only a heading")), Severity.WARNING, "1 chunk without any (only a heading)"),
        (
            subject(chunks=none_of("code only", "only a heading", "code only")), Severity.WARNING,
            "2 chunks without any (code only); 1 chunk without any (only a heading)",
        ),
        (
            subject(chunks=none_of(*map(str, range(9)))), Severity.WARNING,
            "1 chunk without any (4); 4 more chunks without any",
        ),
        (
            replace(subject(chunks=none_of(facts=3)), left_out=[out(LOW), out(LeftOut.SCATTERED), out(LOW)]),
            Severity.WARNING, "2 facts left out (low confidence); 1 fact left out (evidence scattered on its page)",
        ),
        (
            subject(chunks=none_of("code only", facts=2)), Severity.INFO,
            "2 facts said by other documents already, or rejected; 1 chunk without any (code only)",
        ),
    ],
)  # fmt: skip
def test_a_document_without_facts_says_why(case: Subject, severity: Severity, why: str) -> None:
    [finding] = no_facts(case)
    assert finding.severity is severity
    assert f"{why}." in finding.message


def test_a_document_with_a_fact_or_without_text_is_not_without_facts() -> None:
    assert not list(no_facts(subject(facts=[fact("The annual deductible is $500 for each member.")])))
    assert not list(no_facts(subject("", chunks=[])))


def test_every_rule_has_a_bad_case() -> None:
    found = {code for _, code in CASES.values()}
    assert {rule.code for rule in RULES} - found == {"fact_density"}
    assert {"too_few_facts", "too_many_facts"} <= found  # fact_density's own


@pytest.mark.parametrize("case", [case for case, _ in CASES.values()], ids=CASES.keys())
def test_a_finding_tells_a_reviewer_what_and_where_with_its_numbers(case: Subject) -> None:
    for finding in (found for rule in RULES for found in rule.check(case)):
        assert len(finding.message.split()) >= 5
        assert finding.code not in finding.message
        assert finding.numbers, finding.code
        assert json.loads(json.dumps(finding.as_json())) == finding.as_json()


CRITICAL = {code for _, code in CASES.values()} - {
    "code_not_closed", "unreadable_characters", "oversized_chunk", "too_few_facts", "too_many_facts",
    "contradicts_published", "read_with_doubt", "words_out_of_order", "no_facts",
}  # fmt: skip


@pytest.mark.parametrize(("case", "code"), CASES.values(), ids=CASES.keys())
def test_only_what_must_not_be_published_unseen_stops_a_document(case: Subject, code: str) -> None:
    severities = {f.severity for rule in RULES for f in rule.check(case) if f.code == code}
    assert severities == {Severity.CRITICAL if code in CRITICAL else Severity.WARNING}


THRESHOLDS: dict[str, tuple[str, object]] = {
    # setting: the case that it decides, and a value at which that is no finding any more
    "validation_garbled_share": ("glyph codes of a broken font", 1.0),
    "validation_min_facts_per_10k_chars": ("hardly any facts in a long text", 0),
    "validation_max_facts_per_10k_chars": ("more facts than there can be in a text", 10_000),
    "validation_density_from_chars": ("more facts than there can be in a text", 600),
    "validation_echo_similarity": ("an example of the prompt, nearly", 1.0),
    "validation_picture_pages_share": ("hardly a page that is not a picture", 0.51),
    "validation_ocr_doubt": ("a page that was hard to read", 0.21),
    "validation_contradiction_similarity": ("a negation of the same answer", 1.0),
    "validation_oversized_chunk_factor": ("a chunk far over its size", 4.0),
}


def test_every_threshold_has_a_case() -> None:
    assert THRESHOLDS.keys() == load_settings().validation_thresholds().keys()


@pytest.mark.parametrize("setting", THRESHOLDS)
def test_a_threshold_decides(setting: str) -> None:
    name, value = THRESHOLDS[setting]
    case, code = CASES[name]
    changed = case.settings.model_copy(update={setting: value})
    assert code in codes(case)
    assert code not in codes(replace(case, settings=changed))


def test_a_number_of_the_answer_may_be_written_out_in_the_evidence() -> None:
    text = "The fee is due within two weeks.\n"
    assert "number_not_in_evidence" not in codes(
        subject(text, facts=[fact(text.strip(), text, answer="Within 2 weeks")])
    )
    assert "number_not_in_evidence" in codes(subject(text, facts=[fact(text.strip(), text, answer="Within 3 weeks")]))


BUDGET = "In thousands of euros\n\n| Office | 2024 |\n|---|---|\n| Graz | 312 |\n| Linz | 5 |\n"


@pytest.mark.parametrize(
    ("also", "statement", "is_refused"),
    [
        ("In thousands of euros", "Graz: 312 thousand euros.", False),
        ("In thousands of euros", "Graz: 312 euros.", False),
        ("In thousands of euros", "Graz: 312 million euros.", True),
        ("In thousands of euros", "Graz: 5 thousand euros.", True),
        ("In thousands of euros", "Graz: 312 dollars.", True),
        ("| Office | 2024 |", "Graz: 312 euros.", True),
        ("", "Graz: 312 euros.", True),
    ],
)
def test_the_unit_of_a_number_may_stand_in_another_quote(also: str, statement: str, is_refused: bool) -> None:
    facts = [fact("| Graz | 312 |", BUDGET, also=also, statement=statement, question=None)]
    assert ("number_not_in_evidence" in codes(subject(BUDGET, facts=facts))) is is_refused


YEARS = (
    "Graduates by year, Annex 7\n\n| Region | 2003-04 | L2 |\n|---|---|---|\n"
    "| North | 485 | 12 |\n| West | 1 | 2 |\n| South | 77 | 3 |\n"
)


@pytest.mark.parametrize(
    ("statement", "answer", "is_refused"),
    [
        ("Graduates by year, Annex 7: North – 2003-04: 485; L2: 12", None, False),
        ("Graduates by year: North – 2003-04: 486; L2: 12", None, True),
        ("Graduates by year: North – 2003-04: 77; L2: 12", None, True),
        ("North", "In 2003-04 there were 485.", True),
    ],
)
def test_a_row_is_said_with_the_names_of_its_columns(statement: str, answer: str | None, is_refused: bool) -> None:
    question = answer and "How many?"
    facts = [fact("| North | 485 | 12 |", YEARS, statement=statement, question=question, answer=answer)]
    assert ("number_not_in_evidence" in codes(subject(YEARS, facts=facts))) is is_refused


def test_a_row_that_goes_on_with_the_one_before_is_said_with_its_name() -> None:
    text = YEARS + "| 1.4.4 | Verify | a |\n| | the gate | b |\n| 9.9 | Verify | c |\n"
    for statement, is_refused in (("1.4.4: Verify the gate; b", False), ("9.9: Verify the gate; b", True)):
        facts = [fact("| | the gate | b |", text, statement=statement, question=None)]
        assert ("number_not_in_evidence" in codes(subject(text, facts=facts))) is is_refused


def test_a_chunk_within_another_leaves_nothing_outside() -> None:
    inner = TEXT.index("deductible")
    chunks = [chunk(TEXT, 0, facts=9), chunk("deductible", inner)]
    assert codes(subject(chunks=chunks)) == set()


def test_yes_and_no_contradict_each_other_whatever_else_is_said() -> None:
    facts = [
        fact(TEXT[9:40], question="Is hail covered?", answer=answer, statement="The policy covers hail.")
        for answer in ("Yes, from 2 cm on", "No, from 3 mm on")
    ]
    [finding] = [f for rule in RULES for f in rule.check(subject(facts=facts)) if f.code == "contradicting_answers"]
    assert "yes and no" in finding.message


def test_exactly_as_much_as_allowed_is_allowed() -> None:
    text = "x" * 1200
    at = load_settings(chunk_max_chars=800, chunk_min_chars=600, validation_density_from_chars=10_000)
    assert "oversized_chunk" not in codes(subject(text, settings=at))
    assert "oversized_chunk" in codes(subject(text + "x", settings=at))
    third = pages(PageOutcome.TEXT, PageOutcome.TEXT, PageOutcome.IMAGE_ONLY)
    assert "pages_without_text" not in codes(subject(pages=third, pages_converted=3))
    share = load_settings(validation_garbled_share=0.5)
    assert "garbled_text" in codes(subject("ab\ufffd\ufffd", settings=share))
    assert "garbled_text" not in codes(subject("abc\ufffd\ufffd", settings=share))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # one question, two things it is asked of
        (("Within 30 days.", "Staff give notice within 30 days."), ("Within 45 days.", "A manager leaves later.")),
        # two things that are both so
        (("Hail.", "The policy covers hail."), ("Fire.", "The policy covers fire.")),
        (("Part 1.", "The shop sells part 1."), ("Part 2.", "The shop sells part 2.")),
        (("Yes, up to $500.", "Hail is covered up to $500."), ("Yes.", "Hail is covered up to $500.")),
    ],
)
def test_these_answers_to_one_question_go_together(left: tuple[str, str], right: tuple[str, str]) -> None:
    facts = [fact(TEXT[9:40], question="What is it?", answer=a, statement=s) for a, s in (left, right)]
    found = codes(subject(facts=facts))
    assert "contradicting_answers" not in found
    assert "contradiction" not in found


@pytest.mark.parametrize(
    ("staged", "published"),
    [
        ("Part 1 is delivered by hand.", "Part 2 is delivered by hand."),
        ("The annual deductible is $500.", "The annual deductible is $500."),
        ("The annual deductible is $500.", "The monthly fee is $750."),
    ],
)
def test_what_is_published_of_other_things_is_no_contradiction(staged: str, published: str) -> None:
    assert codes(subject(apart=[apart(staged, published)])) == set()


@pytest.mark.parametrize(
    "sentences",
    [
        # numbers that count things are no contradiction
        ("The supplier delivers part 1 within 4 working days.", "The supplier delivers part 2 within 5 working days."),
        ("Level 1 applies to all software at 10% or more.", "Level 2 applies to all software at 20% or more."),
        ("The annual deductible is $500 for each member.", "The annual maximum is $750 for each member."),
        # a line of a table says too little
        ("Fee: $500", "Fee: $750"),
    ],
)
def test_these_do_not_contradict_each_other(sentences: tuple[str, str]) -> None:
    text = "\n\n".join(sentences) + "\n"
    assert "contradiction" not in codes(subject(text, facts=[fact(s, text) for s in sentences]))


@pytest.mark.parametrize("phrase", all_phrases())
def test_a_document_that_really_says_it_is_no_echo(phrase: str) -> None:
    text = f"# Tales\n\n{phrase}\n"
    assert "prompt_example_echoed" not in codes(subject(text, facts=[fact(phrase, text)]))


@pytest.mark.parametrize("answer", ["19 copper scrolls", "The plan pays 80% of the cost after that.", "11 frost days"])
def test_a_few_words_in_common_are_no_echo(answer: str) -> None:
    quote = "The plan pays 80% of the cost after that."
    assert "prompt_example_echoed" not in codes(subject(facts=[fact(quote, answer=answer, statement=quote)]))


def test_how_near_an_echo_must_be_is_a_setting() -> None:
    half = "The Lantern Guild refills its lamps whenever somebody remembers to do it."
    for least, is_echo in ((0.5, True), (0.99, False)):
        case = subject(
            facts=[fact("The plan pays 80% of the cost after that.", statement=half)],
            settings=load_settings(validation_echo_similarity=least),
        )
        assert ("prompt_example_echoed" in codes(case)) is is_echo


def test_findings_that_stop_a_document_say_what_and_where() -> None:
    case, _ = CASES["two amounts for one thing"]
    [finding] = [f for rule in RULES for f in rule.check(case)]
    assert finding.severity is Severity.CRITICAL
    assert "$500" in finding.message
    assert "$750" in finding.message
    assert "page 1" in finding.message
    assert len(finding.numbers["question_ids"]) == 2


def test_what_is_left_out_for_its_place_is_a_warning_with_the_places() -> None:
    [finding] = [found for rule in RULES for found in rule.check(scattered(left_out=True)) if "scattered" in found.code]
    assert finding.severity is Severity.WARNING
    assert [place["box"] for place in finding.numbers["places"]] == [[40, 100, 240, 112], [260, 114, 460, 126]]
    assert finding.numbers["page"] == 1


@pytest.mark.parametrize(
    ("staged", "published", "is_found"),
    [
        ("Pets cannot travel.", "Pets can travel.", True),
        ("Hagel ist nicht versichert.", "Hagel ist versichert.", True),
        ("La grêle n'est pas assurée.", "La grêle est assurée.", True),
        ("La polizza non copre la grandine.", "La polizza copre la grandine.", True),
        ("A apólice não cobre granizo.", "A apólice cobre granizo.", True),
        ("The fee isn't refunded.", "The fee is refunded.", True),
        ("Members can't transfer it.", "Members can transfer it.", True),
        ("Die Frist beträgt 30 Tage.", "Die Frist beträgt 14 Tage.", True),
        ("The crate weighs 12 kg.", "The crate weighs 15 kg.", True),
        ("See part 2 of the plan.", "See part 3 of the plan.", False),
        ("The fee is $1,000.", "The fee is $1000.00.", False),
        ("El granizo no está cubierto.", "El granizo está cubierto.", True),
        ("De polis dekt geen hagel.", "De polis dekt hagel.", True),
        ("The policy covers hail.", "The policy covers hails.", False),
        ("The policy does not cover hail.", "The policy never covers hail.", False),
        ("The policy does not cover hail in 2 states.", "The policy covers hail in 3 states.", False),
    ],
)
def test_what_denies_a_published_statement(staged: str, published: str, is_found: bool) -> None:
    assert ("contradicts_published" in codes(subject(apart=[apart(staged, published)]))) is is_found


@pytest.mark.parametrize(
    ("staged", "published", "is_found"),
    [
        ("30 days", "within 60 days of the letter", True),
        ("Yes, at any age.", "No.", True),
        ("$500", "$750", True),
        ("$500", "500 days", False),
        ("30 days", "30 days after the letter", False),
        ("Paris", "Rome", False),
        ("See section 4", "See section 5", False),
    ],
)
def test_another_answer_to_a_published_question(staged: str, published: str, is_found: bool) -> None:
    pair = apart(f"Notice is {staged}.", f"The notice period: {published}", "How long is notice?", staged, published)
    assert ("contradicts_published" in codes(subject(apart=[pair]))) is is_found


def test_both_sides_of_a_contradiction_are_named() -> None:
    pair = apart("The fee is $5.", "The fee is $7.")
    [finding] = contradicts_published(subject(apart=[pair]))
    assert "“The fee is $7.” (other.md, page 3: “Row: The fee is $7.”)" in finding.message
    assert "“The fee is $5.” (this.md, page 1)" in finding.message
    here, there = finding.numbers["sides"]
    assert (here["document"], here["page"], here["quote"]) == ("this.md", 1, "The fee is $5.")
    assert (there["document"], there["page"], there["quote"]) == ("other.md", 3, "Row: The fee is $7.")
    assert there["document_id"] == str(pair.published_document)


@pytest.mark.parametrize(
    ("published", "is_found"),
    [
        ("Excess by peril: Storm or flood – Excess: 3% of the sum, here $900; Note: Within 20 days", True),
        ("The excess for flood and storm is $750 a year.", True),
        ("Excess by peril: Storm or flood – Excess: 3% of the sum, at least $600; Note: none", False),
        ("Excess by peril: Storm or flood – Excess: 10 days; Note: $900 at most", False),
        ("Excess by peril: Storm or flood – Excess: see page 3", False),
    ],
)
def test_another_value_of_the_same_thing(published: str, is_found: bool) -> None:
    for statements in [
        ("The storm and flood excess is $600.", published),
        (published, "The storm and flood excess is $600."),
    ]:
        assert ("contradicts_published" in codes(subject(apart=[apart(*statements, about=True)]))) is is_found
        assert "contradicts_published" not in codes(subject(apart=[apart(*statements)]))


@pytest.mark.parametrize(
    ("staged", "published", "is_found"),
    [
        ("Fares: Adult – Fare in EUR: 14", "Fares: Adult – Fare in EUR: 16", True),
        ("Permits, in euros: Ann – Fee: 140; Deposit: 20", "Permits, in euros: Ann – Fee: 150; Deposit: 20", True),
        ("Krane: Mobil – Tag: 210; Nacht: 260", "Krane: Mobil – Tag: 210; Nacht: 280", True),
        ("Precios (en EUR): Casa – Alquiler: 1.950", "Precios (en EUR): Casa – Alquiler: 2.050", True),
        ("Loyer: Studio – Prix en €: 1950", "Loyer: Studio – Prix en €: 2050", True),
        ("Tarifs – Prix, en euros: Vélo – Jour: 12,50", "Tarifs – Prix, en euros: Vélo – Jour: 13,50", True),
        ("Towel – Price (EUR): 3", "Towel – Price (EUR): 4", True),
        ("Hours: Hall – Open: 8 – 10; Seats: 40", "Hours: Hall – Open: 8 – 10; Seats: 60", True),
        # the same, spelled otherwise
        ("Rates: Hall – Fee: 1,000", "Rates: Hall – Fee: 1000.00", False),
        # another scope, key or column
        ("Fares 2025: Adult – Fare: 14", "Fares 2026: Adult – Fare: 16", False),
        ("Fares: Zone 1 – Fare: 14", "Fares: Zone 2 – Fare: 16", False),
        ("Fares: Adult – Fare 1: 14", "Fares: Adult – Fare 2: 16", False),
        ("Visitors: Monday – Hall A: 14", "Staff: Monday – Hall A: 16", False),
        ("Monday – Visitors: 14", "Monday – Visitors: 16", False),
        # what dates, names or counts off a thing
        ("Halls: Hall A – Built: 1974", "Halls: Hall A – Built: 1978", False),
        ("Halls: Hall A – Founded (year): 1974", "Halls: Hall A – Founded (year): 1978", False),
        ("Pumps: Pump A – Article no.: 4711", "Pumps: Pump A – Article no.: 4712", False),
        ("Pumpen: Pumpe A – Artikelnummer: 4711", "Pumpen: Pumpe A – Artikelnummer: 4712", False),
        ("Staff: Ann – Phone: 0471 22", "Staff: Ann – Phone: 0471 33", False),
        ("Races: Ann – Rank: 2", "Races: Ann – Rank: 3", False),
        ("Visits: Ann – Date: 12.03", "Visits: Ann – Date: 14.03", False),
        ("Visits: Ann – Next: 12.03.2025", "Visits: Ann – Next: 14.03.2025", False),
        ("Races: Ann – Came: 1st", "Races: Ann – Came: 2nd", False),
        ("Menu: 3 – Price: 12", "Menu: 3 – Price: 14", False),
        ("See: part 2 of the plan", "See: part 3 of the plan", False),
    ],
)  # fmt: skip
def test_another_number_in_the_same_cell_of_a_table(staged: str, published: str, is_found: bool) -> None:
    for pair in (apart(staged, published), apart(published, staged)):
        assert ("contradicts_published" in codes(subject(apart=[pair]))) is is_found


@pytest.mark.parametrize(("left", "right"), [((7, 9), (14,)), ((7,), (9, 14))])
def test_which_of_several_rows_with_one_name_belong_together_is_not_known(
    left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    """As in a time table, where a line has a row for each of its runs."""
    document_id = DocumentId(uuid4())
    pairs = [
        replace(apart(f"Bus: Mill – Fare: {mine}", f"Bus: Mill – Fare: {other}"), published_document=document_id)
        for mine in left
        for other in right
    ]
    assert "contradicts_published" not in codes(subject(apart=pairs))
    assert "contradicts_published" in codes(subject(apart=pairs[:1]))
