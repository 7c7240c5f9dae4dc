"""Question banks in markdown: every format, every mishap by its line, nothing lost, nothing raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.question_banks.reading import Bank, Entry, Role, parse
from tests.support.paths import SAMPLES

SAMPLE = SAMPLES / "question_bank.md"


def one(text: str) -> Entry:
    bank = parse(text)
    assert bank.problems == ()
    [entry] = bank.entries
    return entry


def test_the_sample() -> None:
    bank = parse(SAMPLE.read_text())
    assert bank.problems == ()
    assert [(entry.subtopic, entry.kind, entry.difficulty) for entry in bank.entries] == [
        ("Policies", "question", "easy"),
        ("Policies", "multiple_choice", "easy"),
        ("Policies", "calculation", "medium"),
        ("Claims", "question", "hard"),
        ("Claims", "question", None),
        ("Claims", "question", None),
        ("Claims", "question", None),
    ]
    assert {entry.topic for entry in bank.entries} == {"Household insurance"}
    choice, code, table, last = bank.entries[1], bank.entries[2], bank.entries[4], bank.entries[6]
    assert choice.question.endswith("- [ ] Fire\n- [ ] Wear and tear\n- [ ] Theft")
    assert choice.answer == "Fire\nTheft\n\nWear and tear is never a peril: it is certain."
    assert code.answer == "```python\n# base rate, then the factor of the region\npremium = base * 1.2\n```"
    assert code.notes == "let the learner do one by hand\nbefore showing the code."
    assert table.answer == (
        "As the table says:\n\n| kind | limit |\n|---|---|\n| jewellery | $2,500 |\n| bicycles | $1,000 |"
    )
    assert last.answer == "#### In the first week\n\nThe handler asks for photographs."


@pytest.mark.parametrize(
    "text",
    [
        "1. What is it?\n   Red.",
        "1) What is it?\n\nRed.",
        "**1. What is it?**\nRed.",
        "7. **What is it?**\n   Answer: Red.",
        "Q: What is it?\nA: Red.",
        "Q1. What is it?\nAnswer: Red.",
        "**Q:** What is it?\n**A:** Red.",
        "**Q: What is it?**\n\n**A:** Red.",
        "**Question 3:** What is it?\n\n**Answer:** Red.",
        "- Q: What is it?\n- A: Red.",
        "3. Q: What is it?\n   A: Red.",
        "### Question 3: What is it?\n\nRed.",
        "### Question 3\n\nWhat is it?\n\nAnswer:\n\nRed.",
        "### Question 3\n\n**Q:** What is it?\n**A:** Red.",
        "### What is it?\nRed.",
        "## What is it?\n\nRed.",
        "#### 2. What is it?\n\nRed.\n\n---\n",
        "Q: What is it?\r\nA: Red.\r\n",
        "---\ntitle: bank\n---\nQ: What is it?\nA: Red.",
    ],
)
def test_formats(text: str) -> None:
    entry = one(text)
    assert (entry.question, entry.answer) == ("What is it?", "Red.")


@pytest.mark.parametrize(
    "line", ["Difficulty: Hard", "**Difficulty:** hard", "- difficulty: HARD", "*Difficulty*: hard", "LEVEL: hard"]
)
def test_metadata_in_any_dress(line: str) -> None:
    assert one(f"Q: What is it?\nA: Red.\n{line}").difficulty == "hard"
    assert one(f"Q: What is it?\n{line}\nA: Red.").answer == "Red."


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("# A\nQ: x?\nA: y", ("A", None)),
        ("# A\n## B\nQ: x?\nA: y", ("A", "B")),
        ("## A\n### B\nQ: x?\nA: y", ("A", "B")),
        ("# Title\n## A\n### B\nQ: x?\nA: y", ("A", "B")),
        ("# A\n## B\n# C\nQ: x?\nA: y", ("C", None)),
        ("Q: x?\nA: y", (None, None)),
    ],
)
def test_topics(text: str, path: tuple[str | None, str | None]) -> None:
    entry = one(text)
    assert (entry.topic, entry.subtopic) == path


def test_lists_in_answers_are_no_questions() -> None:
    bank = parse("1. How?\n   Steps:\n1. open\n2. close\n\n2. Why?\n   1. a\n   2. b\n\n3. When?\nNow.")
    assert [entry.question for entry in bank.entries] == ["How?", "Why?", "When?"]
    assert bank.entries[0].answer == "   Steps:\n1. open\n2. close"
    assert one("Q: How?\nA: So:\n\n1. open\n2. close").answer == "So:\n\n1. open\n2. close"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("1. No answer?\n\n2. Good?\nYes.", 1, "without an answer"),
        ("Q: No answer?\nA: \u200b\nQ: Good?\nA: Yes.", 1, "without an answer"),
        ("Q: Good?\nA: Yes.\n\nQ: Which?\n- [ ] a\n- [ ] b", 4, "no choice"),
        ("A: lost\n\nQ: Good?\nA: Yes.", 1, "without a question"),
        ("Q: Good?\nA: Yes.\n\nQ: Code?\nA:\n```\nx", 6, "never closed"),
        ("Q: Code?\n```\nx\n\nQ: Good?\n```py\ny\n```", 2, "never closed"),
        ("Q: ???\nA: x\nQ: Good?\nA: Yes.", 1, "without words"),
        ("Q: \u3164\nA: x\nQ: Good?\nA: Yes.", 1, "without words"),
        ("Q: Nul\x00?\nA: x\nQ: Good?\nA: Yes.", 1, "cannot be stored"),
        (f"Q: Long?\nA: {'x' * 60_000}\nQ: Good?\nA: Yes.", 1, "longer than"),
    ],
)
def test_a_malformed_entry_is_named_and_does_not_sink_the_others(text: str, line: int, what: str) -> None:
    bank = parse(text)
    [problem] = bank.problems
    assert problem.line == line
    assert what in problem.what
    assert problem.is_left_out
    assert [entry.question for entry in bank.entries] == ["Good?"]


def test_metadata_said_twice_is_named_and_the_entry_stays() -> None:
    bank = parse("Q: x?\nA: y\nDifficulty: easy\nDifficulty: hard\nType:")
    assert [entry.difficulty for entry in bank.entries] == ["easy"]
    assert [(problem.line, problem.is_left_out) for problem in bank.problems] == [(4, False), (5, False)]


_PIECES = st.sampled_from(
    [
        "# A", "## B", "### Why?", "### Question 2", "#", "Q: x?", "**Q:** y", "A: z", "A:", "1. One?", "2. two", "1.",
        "   in", "    code", "```", "```py", "~~~", "---", "- [x] c", "- [ ] d", "Difficulty: easy", "Notes for tutor:",
        "Type: ", "| a |", "", "text", "**", "\x00", "\ud800", "\u2028", "A) o", "B: p",
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=9)), max_size=30).map("\n".join))


@given(_TEXTS)
def test_nothing_raises_and_every_line_is_accounted_for(text: str) -> None:
    bank = parse(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert len(bank.roles) == len(lines)
    of_entries = [n for entry in bank.entries for n in range(entry.line_from, entry.line_to + 1)]
    assert len(of_entries) == len(set(of_entries))
    assert set(of_entries) == {n for n, role in enumerate(bank.roles, 1) if role is Role.ENTRY}
    left_out = {n for n, role in enumerate(bank.roles, 1) if role is Role.PROBLEM}
    assert bool(left_out) == any(problem.is_left_out for problem in bank.problems)
    assert all(1 <= problem.line <= len(lines) for problem in bank.problems)
    for entry in bank.entries:
        assert entry.question.strip()
        assert entry.answer.strip()


_WORDS = st.text("abcdefghij klmno", min_size=1, max_size=30).map(lambda t: " ".join(t.split())).filter(bool)
_ANSWERS = st.lists(
    st.one_of(
        _WORDS,
        st.tuples(_WORDS, _WORDS).map(lambda t: f"```python\n# {t[0]}\n    1. {t[1]}?\n\nQ: no\n```"),
        st.tuples(_WORDS, _WORDS).map(lambda t: f"| {t[0]} | b |\n|---|---|\n| {t[1]} | 2 |"),
    ),
    min_size=1,
    max_size=3,
).map("\n\n".join)
_ENTRIES = st.tuples(
    _WORDS.map(lambda words: f"Is it {words}?"),
    _ANSWERS,
    st.sampled_from(["easy", "hard", None]),
    _WORDS | st.none(),
    st.sampled_from(["heading", "label", "number"]),
)


def _rendered(number: int, question: str, answer: str, difficulty: str | None, notes: str | None, style: str) -> str:
    about = (f"Difficulty: {difficulty}\n" if difficulty else "") + (f"Notes for tutor: {notes}\n" if notes else "")
    if style == "heading":
        return f"### {question}\n{about}\n{answer}\n"
    if style == "label":
        return f"**Q:** {question}\n{about}**A:**{chr(10) if answer[0] in '`|' else ' '}{answer}\n"
    inner = "".join(f"   {line}\n" if line else "\n" for line in f"{about}\n{answer}".split("\n"))
    return f"{number}. {question}\n{inner}"


@given(st.lists(_ENTRIES, min_size=1, max_size=6))
def test_what_is_written_is_read(entries: list[tuple[str, str, str | None, str | None, str]]) -> None:
    text = "# T\n\n## S\n\n" + "\n".join(_rendered(n, *entry) for n, entry in enumerate(entries, 1))
    bank: Bank = parse(text)
    assert bank.problems == ()
    assert [(e.question, e.answer, e.difficulty, e.notes) for e in bank.entries] == [entry[:4] for entry in entries]
    assert {(e.topic, e.subtopic) for e in bank.entries} == {("T", "S")}


@pytest.mark.parametrize(
    "text",
    [f"{word}{' ' * 100_000}x" for word in ("Q", "question", "Difficulty", "Answer", "-", "1.", "#", "---")]
    + ["1. a\n" * 50_000, "Q: x?\n" + "A:\n" * 40_000, "```\n" * 50_000, "Q: x?\nA: y\n\n" * 20_000],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.timeout(10)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert len(parse(text).roles) == text.count("\n") + 1


def test_notes_beside_metadata_are_for_the_tutor() -> None:
    """The bare word is part of an answer anywhere else."""
    sundays = "Q: When?\nA: At nine.\nNotes: not on Sundays.\n"
    why = "Q: Who?\nA: The member.\nType: recall\n\n**Notes:** ask why.\nAnd how.\n"
    bank = parse(f"{sundays}\n{why}")
    assert [(entry.answer, entry.notes) for entry in bank.entries] == [
        ("At nine.\nNotes: not on Sundays.", None),
        ("The member.", "ask why.\nAnd how."),
    ]


def test_a_numbered_question_right_below_a_question_is_pointed_out() -> None:
    """It may be one of its own, below one that nobody answered."""
    bank = parse("Q: When is the office open?\n\n1. Who pays for a theft?\nA: The member.\n")
    assert [entry.question for entry in bank.entries] == ["When is the office open?\n1. Who pays for a theft?"]
    [problem] = bank.problems
    assert (problem.line, problem.is_left_out) == (3, False)
    assert parse("Q: Which of these?\n1. One.\n2. Two.\nA: One.\n").problems == ()


@pytest.mark.parametrize(
    "code",
    ["- ```sh\n  # Q: no?\n  Q: no?\n  ```", "> ```\n> - [ ] no\n> ```", "2) ~~~\n   - ```\n   A: no\n   ~~~"],
)
def test_a_code_block_may_open_in_a_list_or_a_quote(code: str) -> None:
    bank = parse(f"Q: How?\nA: So:\n\n{code}\n\nQ: Why?\nA: So.")
    assert not bank.problems
    assert [entry.question for entry in bank.entries] == ["How?", "Why?"]
    assert bank.entries[0].answer == f"So:\n\n{code}"
