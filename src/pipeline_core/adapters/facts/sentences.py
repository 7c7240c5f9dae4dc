"""Claims of paragraphs and list items: whole sentences that stand alone, scored."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline_core.adapters.facts import english_words as en
from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.definite import resumes
from pipeline_core.adapters.facts.definitions import natural_question, says_not
from pipeline_core.adapters.facts.elsewhere import connective, points_elsewhere
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.ids import begins_with_code, length_of_id, spans_of_ids, without_id
from pipeline_core.adapters.facts.leaning import points_at_unsaid, points_back
from pipeline_core.adapters.facts.list_words import says_no
from pipeline_core.adapters.facts.refusals import is_caption, is_reference, why_refused
from pipeline_core.adapters.facts.subjects import subject_of
from pipeline_core.adapters.facts.unexplained import continues, introduces, is_unexplained, unexplained_head
from pipeline_core.adapters.facts.unnamed import leaves_out
from pipeline_core.adapters.facts.worth import score_of, traits_of
from pipeline_core.domain.languages import UNSPACED
from pipeline_core.domain.sieve import Sifted
from pipeline_core.domain.statement_traits import count_words
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.domain.unfinished import LONGEST_PIECE, is_unfinished
from pipeline_core.domain.unreadable import unreadable

MIN_WORDS, MAX_WORDS = 4, 60
FEWEST_OF_RULE = 3
FEWEST_WITHOUT_VERB = 7
"""Words of an English sentence in which no verb is known."""
MIN_SIGNS, MAX_SIGNS = 6, 200
MAX_JOINED = 75
"""Words of sentences that are said together."""


# Replaced by as many other characters before sentences are sought: no end of a sentence is in them.
_MARKS = re.compile(
    r"(?P<solid>`[^`\n]+`|\d{1,9}\\[.)]|(?<=>)\.(?=\\?<)|(?<=[\d#])\.(?=#)"
    r"|(?<=[^\W\d_]{2}\.)[^\W\d_]{2,}\.(?=[^\W\d_]{2})|(?<=[^\W\d_]{2})\.(?=[a-z]{2,}\b)|\[(?=[^\[\]\n]*\]\()"
    r"|\]\([^()\s]*\)|<[^<>\n]*>|\$(?! )[^$\n]{1,80}(?<! )\$(?!\d))|\[(?:\^|@)[^\[\]]*\]|[*_]+"
)
# The segmenter takes some whole words ("miss.", "no.") for abbreviations.
_MISSED_END = re.compile(r"(?<=[a-z]{4}[.!] )(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.!。！．।](?:[)\"'”’»\]*_`」』]|\[\^[^\]]*\]|\]\([^()\s]*\))*$")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|al|vs|cf|Nos?|Figs?|Sec|Art|Dr|Mrs?|Ms|St|pp?|(?<!\d )(?<!°)[A-Z])\.$")
_LABEL = re.compile(r"(?:\*\*|__)(?P<key>[^*_:\n]{2,60})(?::(?:\*\*|__)|(?:\*\*|__):)\s+(?P<value>\S.*)", re.DOTALL)
LABELS_ONLY = en.word_set("""
note notes example examples warning important tip caution remark see author authors editor editors reviewer reviewers
submitted published accepted received correspondence keywords license licence doi e-mail email repository archive
""")


def pieces_of_sentences(text: str, blocks: Sequence[Block], *, is_open: bool = False) -> set[int]:
    """The short paragraphs, by their places, that complete an unfinished sentence above them.

    ``is_open``: such a sentence stands in the chunk before.
    """
    pieces: set[int] = set()
    open_under = tuple(blocks[0].headings) if is_open and blocks else None
    for at, block in enumerate(blocks):
        body = block.text_in(text)
        is_paragraph = block.kind == "prose" and not block.item
        if not is_paragraph or tuple(block.headings) != open_under or len(body) > LONGEST_PIECE:
            open_under = None
        if open_under is not None:
            pieces.add(at)
        elif is_paragraph and is_unfinished(body):
            open_under = tuple(block.headings)
    return pieces


def prose_claims(text: str, block: Block, language: str) -> Iterator[Claim]:
    body = block.text_in(text)
    label = _LABEL.fullmatch(body)
    if label and not _SENTENCE_END.search(body):
        if claim := _labelled(block, label):
            yield claim
        return
    if is_reference(body) or is_caption(body):
        return
    yield from _claims_of_sentences(body, block, language)


def _claims_of_sentences(body: str, block: Block, language: str) -> Iterator[Claim]:
    """One claim for each sentence that stands alone, together with the next where that leans on it."""
    spans = list(sentences_of(body, language))
    said: _Said | None = None
    for position, (start, end) in enumerate(spans):
        if position == 0 and block.has_unclear_sign:
            continue
        if block.item and len(body[start:end].split()) < MIN_WORDS and language not in UNSPACED:
            continue  # of its list
        sentence = _said(body[start:end], block.start + start, language)
        sentence = sentence and _with_subject(sentence, block, language)
        if said and sentence and _goes_on(said, sentence, language) and (joined := _joined(said, sentence)):
            said = joined
            continue
        if said:
            yield _claim(said, block, language, opens=said.start == block.start)
        said = sentence if sentence and not sentence.leans else None
    if said:
        yield _claim(said, block, language, opens=said.start == block.start)


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence, or several of which each but the first leans on the one before. ``asked_of`` is what is
    asked about. ``head`` is the definite thing it begins with that only a sentence before it can explain."""

    start: int
    end: int
    statement: str
    asked_of: str
    leans: bool = False
    head: str = ""
    is_joined: bool = False
    is_named: bool = False


def _with_subject(said: _Said, block: Block, language: str) -> _Said:
    """Said with the name of what it is about, where title or heading tell it; else it leans on what stands before."""
    name = subject_of(said.statement, block.headings, block.title, language)
    if name is None:
        return replace(said, leans=True)
    return replace(said, statement=f"{name}: {said.statement}", leans=False, is_named=True) if name else said


def _goes_on(first: _Said, second: _Said, language: str) -> bool:
    """Return whether the second is better said with the first. Rules are kept apart: their things are anybody's."""
    if second.leans or second.head:
        return True
    if second.is_named or traits_of(second.statement, language).get("duty"):
        return False
    return (
        resumes(second.statement, first.statement, language)
        or continues(second.statement, language)
        or points_at_unsaid(second.statement, language)
    )


def _joined(first: _Said, second: _Said) -> _Said | None:
    words = first.statement.count(" ") + second.statement.count(" ") + 2
    if words > MAX_JOINED or second.start - first.end > 3:
        return None
    if second.head and not introduces(first.statement, second.head):
        return None
    return _Said(
        first.start,
        second.end,
        f"{first.statement}{'' if first.statement[-1] in _WIDE_STOPS else ' '}{second.statement}",
        first.asked_of,
        is_joined=True,
        is_named=first.is_named,
    )


_WIDE_STOPS = "。！？"  # they have their blank in them


def _claim(said: _Said, block: Block, language: str, *, opens: bool) -> Claim:
    asked = None if said.is_named else natural_question(without_id(said.asked_of), language)
    # that the others lean on the first takes nothing from it
    score = score_of(said.asked_of, block.headings, language) + opens / 2 + (asked is not None)
    traits = {
        "prose": 1.0,
        "sentence_whole": 1.0,
        "leans": 0.0,
        "joined": float(said.is_joined),
        "bare_definite": float(bool(said.head)),
        "points_at_unsaid": float(points_at_unsaid(said.asked_of, language)),
        "verb_unseen": float(_verb_unseen(said.asked_of, language)),
        **({"requirement": 1.0} if length_of_id(said.statement) else {}),
        "score": score,
        **traits_of(said.statement, language),
    }
    answer = said.asked_of if asked else None
    return Claim(((said.start, said.end),), said.statement, score, traits, asked, answer)


def _labelled(block: Block, label: re.Match[str]) -> Claim | None:
    """``**Deductible:** $500`` says what a row of a table with two columns says."""
    key, value = strip_markdown(label["key"]), strip_markdown(label["value"])
    if key.lower() in LABELS_ONLY or not 1 <= len(value) <= 200 or not keeps_numbers(value, label["value"]):
        return None
    score = 1.5 + bool(numbers_in(value))
    traits = {"label": 1.0, "score": score}
    return Claim(((block.start, block.end),), f"{key}: {value}", score, traits)


@lru_cache(maxsize=256)  # claims and lead-ins ask for the same
def sentences_of(body: str, language: str) -> tuple[tuple[int, int], ...]:
    """The spans of the sentences. Closing marks stay with their sentence, opening ones go with the next."""
    return tuple(_spans_of_sentences(body, language))


def _spans_of_sentences(body: str, language: str) -> Iterator[tuple[int, int]]:
    from sentencex import segment

    masked = _MARKS.sub(lambda match: ("X" if match["solid"] else " ") * len(match[0]), body)
    for id_start, id_end in spans_of_ids(body):
        masked = masked[:id_start] + "X" * (id_end - id_start) + masked[id_end:]
    start = end = 0
    for part in _with_numbers(segment(language, masked)):
        for piece in _MISSED_END.split(part) if language == "en" else (part,):
            end += len(piece)
            cut = end
            while cut > start and body[cut - 1] in "*_":
                cut -= 1
            if cut == start or not body[cut - 1].isspace():
                cut = end
            cut = _behind_link(body, start, cut)
            if cut <= start:
                continue
            sentence = body[start:cut]
            if sentence.strip():
                yield start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())
            start = cut


_SHORT = re.compile(
    r"(?:^|[\s(])(?:[A-Z][a-z]{1,3}|[a-z]{1,3}|approx|aprox)\.\s+$|(?:^|\s)(?:руб|стр|ст|гл|σελ|[пч])\.\s+$"
)
_INITIAL = re.compile(r"(?:^|[\s(])[^\W\d_]\.\s+$")
_NEXT_INITIAL = re.compile(r"[^\W\d_]\.(?:[\s,;]|$)")
_AMOUNT = re.compile(r"[$€£¥]?\d")


def _with_numbers(parts: Iterable[str]) -> Iterator[str]:
    """The sentences, where one that ends with a short word goes on with a number that follows, "Ffr. 6.0 billion", and
    one that ends with an initial with the next: "M. D., 67 ans"."""
    held = ""
    for part in parts:
        goes_on = (_SHORT.search(held) and _AMOUNT.match(part)) or (_INITIAL.search(held) and _NEXT_INITIAL.match(part))
        if held and not goes_on:
            yield held
            held = ""
        held += part
    if held:
        yield held


_LINK_CLOSES = re.compile(r"\]?\([^()\s]*\)")


def _behind_link(body: str, start: int, cut: int) -> int:
    """The cut, moved behind the target of a link whose words end the sentence."""
    if "![" in body[max(0, start - 2) : cut]:  # the words of a picture
        return cut
    said = start + len(body[start:cut].rstrip())
    closes = _LINK_CLOSES.match(body, said - (body[said - 1 : said] == "]"))
    return closes.end() if closes and body[closes.start()] == "]" else cut


def keeps_numbers(stripped: str, verbatim: str) -> bool:
    """Return whether stripping the marks has left every number as it is written in the quote."""
    return stripped == verbatim or set(numbers_in(stripped)) <= set(numbers_in(verbatim))


_ALONE = re.compile(r"\*\*|__")


def plain_words(quote: str) -> str:
    """The sentence's words, without the mark of what is bold from it into the next sentence, or from the one before."""
    said = strip_markdown(quote)
    marks = [*_ALONE.finditer(said)]
    if len(marks) != 1 or not (said[: marks[0].start()] == "" or said[: marks[0].start()].endswith(" ")):
        return said
    return said[: marks[0].start()] + said[marks[0].end() :].lstrip()


def _said(quote: str, start: int, language: str) -> _Said | None:
    """Read the sentence; None if it gives no fact."""
    if not _SENTENCE_END.search(quote) or _ABBREVIATION.search(quote):
        return None
    end = start + len(quote)
    statement = without_footnote_marks(plain_words(quote))
    leans = _leans(statement, language)
    if link := connective(statement, language):
        # What stands after "However," stands alone: quote that.
        rest = quote.partition(link.strip())[2].lstrip()
        said = without_footnote_marks(strip_markdown(rest))
        said = said[:1].upper() + said[1:]
        leans = _leans(said, language)
        if not leans:
            start, quote, statement = end - len(rest), rest, said
    if not _stands(statement, language) or not keeps_numbers(statement, quote) or unreadable(statement):
        return None
    # of a rule, "the applicant" is whoever applies
    head = "" if traits_of(statement, language).get("duty") else unexplained_head(statement, language)
    return _Said(start, end, statement, statement, leans=leans, head=head)


# "Note: This method …", "(Lesson) Both …", "Indication: It …": what stands behind the label leans.
_LABELLED = re.compile(r"(?:\([^\W\d_][^()]{1,20}\)|[^\W\d_][^\s:：]*(?: \S+){0,2}?\s?[:：])\s*(?=\D)")


def _leans(statement: str, language: str) -> bool:
    statement = without_id(statement)
    labelled = _LABELLED.match(statement)
    return (
        points_back(statement, language)
        or is_unexplained(statement, language)
        or leaves_out(statement, language)
        or bool(labelled and _leans(statement[labelled.end() :], language))
    )


_OPENING = re.compile(r"[\"'“‘«(\[]*(?:(?:[<>≤≥±+−-] ?)+(?=[$€£¥]?\d))?[$€£¥]?(?P<first>\w)")
# "binomial_cis", "iOS", "utf-8", "numpy.linalg": names that no sentence gives a capital.
CODE_NAME = re.compile(r"[a-z]+(?:[_A-Z\d]|[-.:]{1,2}[a-zA-Z\d]+(?: |\d))\S* ")
# Left-overs of a conversion: marks without what they marked, code, cells.
_BROKEN = re.compile(
    r" (?:\.(?!\w)|[,)])|\*\*|\]\(|[`|]|(?<![\^_])\{|(?<! )\[\]|(?<!\w)\(\)\s|\(\s*[,;]|<(?! ?[$€£¥]?\d"
    r"|[a-z][\w-]*(?: [\w-]+)*>)|\\[a-z]|\?\)|\[\?|[†‡]|\w\*(?=[\s.,;)]|$)|\s\*(?=\w)|^\([^()]*\b(?:19"
    r"|20)\d\d[a-z]?\)[,.]|^[¹²³⁰-⁹†‡]|^\d+[.,;)]? (?:and|or|which)\b|^\d+[,;] [a-z]",
    re.IGNORECASE,
)
# A formula between words was lost.
_HOLE = Sifted(r"\b(?:of|the|an?) (?:and|or|is|are|was|were|of)\b|\b(?:of|the)[.,;)]")
# Text of a page that is written from right to left, out of order: commas before their words, two alphabets in a word,
# an article cut in two.
_OUT_OF_ORDER = re.compile(
    r"\s[،؛](?=\S)|\bاال|(?:^|\s)[\u064b-\u0652]|[\u0600-\u06ff][A-Za-z]{2}|[A-Za-z]{2}[\u0620-\u06ff]"
)
# No sentence of these begins with its verb, but for one whose subject was said before.
# A prohibition or duty is whoever's.
_NO_SUBJECT = {"zh": re.compile("不(?!得|可|要|准|能)|会|可以|将|能")}
# A title in quotation marks.
_QUOTED = re.compile(r"([\"“„«]).*[\"”“»]\.?")
# The mark of a footnote on a word: of units and formulas ("km²", "CO₂", "10⁷") a short one has it.
_FOOTNOTE_MARK = re.compile(
    r"(?<=[^\W\d_]{4})[¹²³⁰⁴-⁹]{1,3}(?![⁻\w])|(?<=[^\W\d_]{4}[.,;:])[¹²³⁰⁴-⁹]{1,3}(?!\w)"
    r"|(?<=[\u05d0-\u05ea\u0620-\u06ff]{2})[¹²³⁰⁴-⁹]{1,3}(?![⁻\w])"
)
# Of words with "fi", "fl" or "ff" the conversion lost a letter: "suficient", "classiied".
_LOST_LIGATURE = Sifted(
    r"\b(?:\w*(?:suficien|classii|identii|speciic|signiican|certiic|qualii|modiic|veriic|beneit"
    r"|scientiic)\w*|(?:in|co)?eficien\w*|deined?|deinition\w*|inancial\w*|inal(?:ly)?|inding\w*|relect\w*|inluen\w*|conlict\w*|oficial\w*"
    r"|oficers?|efects?|efective\w*|difer\w*|proit\w*)\b",
    re.IGNORECASE,
)
# "Launched a new catalogue": a past tense with its object. What goes before a sentence ("Based on") has none.
_WITHOUT_SUBJECT = re.compile(
    r"(?!Need|Indeed|Provided|Granted)[A-Z][a-z]+ed (?:an?|the|new|its|their|our|\d[\d,.]*) \w"
)
_RUN_OF_LETTERS = re.compile(r"[^\W\d_]+")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))


def without_footnote_marks(said: str) -> str:
    """A statement without the raised numbers that its words have as marks of footnotes."""
    return said if said.isascii() else _FOOTNOTE_MARK.sub("", said)


def _stands(statement: str, language: str) -> bool:
    """A whole sentence, of a fit length, that says something of its document: alone, or with the one before it."""
    first = _OPENING.match(statement)
    if not first or (first["first"].islower() and not CODE_NAME.match(statement)):
        return False
    if not _is_of_fit_length(statement, language) or _BROKEN.search(statement) or _QUOTED.fullmatch(statement):
        return False
    if why_refused(statement, language) or points_elsewhere(statement, language):
        return False
    if not statement.isascii() and _OUT_OF_ORDER.search(statement):
        return False
    if language in _NO_SUBJECT and _NO_SUBJECT[language].match(statement):
        return False
    if statement.count('"') % 2 or any(statement.count(opens) != statement.count(closes) for opens, closes in _PAIRS):
        return False
    if language != "en":
        return True
    if _HOLE.search(statement) or _LOST_LIGATURE.search(statement):
        return False
    words = _clause(without_id(statement)).split()
    start = words[0].strip(en.EDGES).lower()
    # "Returns are accepted": no verb, where one follows
    is_verb = start in en.THIRD_PERSON and not (len(words) > 1 and words[1].lower() in en.AUXILIARIES)
    if is_verb or start in en.NO_START:
        return False
    if len(words) < FEWEST_WITHOUT_VERB and _is_title(words, statement):
        return False
    # a requirement stands, whatever its verb is
    return begins_with_code(statement) or not _WITHOUT_SUBJECT.match(statement)


# "WARNING: …", "Results: …", "Step 2: …": a name and what is said of it.
_MOST_OF_LABEL = 3


def _clause(statement: str) -> str:
    """Return the part with the verb: before a colon, or behind it where a mere label stands before."""
    before, *behind = re.split(r"[;:]\s", statement, maxsplit=1)
    return behind[0] if behind and len(before.split()) <= _MOST_OF_LABEL else before


def _is_title(words: Sequence[str], statement: str) -> bool:
    """ "The fine-grained regime.": no verb is known, no word looks like one, and nothing is asked of anybody."""
    looks = any(word.endswith(("s", "ed")) and "-" not in word for word in words[1:-1])
    return not looks and _verb_unseen(statement, "en") and not is_rule(statement, "en")


def _verb_unseen(statement: str, language: str) -> bool:
    """Return whether it has no known verb: no list has every verb, but such a text is less often a sentence."""
    if language != "en":
        return False
    words = _clause(without_id(statement)).split()
    return bool(words) and words[0].strip(en.EDGES).lower() not in en.IMPERATIVES and not has_finite_verb(words)


def _is_of_fit_length(statement: str, language: str) -> bool:
    if language in UNSPACED:
        return MIN_SIGNS <= len(statement) <= MAX_SIGNS
    words = statement.count(" ") + 1
    letters = sum(map(len, _RUN_OF_LETTERS.findall(statement)))
    fewest = FEWEST_OF_RULE if is_rule(statement, language) else MIN_WORDS
    return count_words(statement) >= fewest and words <= MAX_WORDS and 2 * letters >= len(statement) - words


def is_rule(statement: str, language: str) -> bool:
    """Return whether it forbids, denies or asks something of somebody."""
    return says_no(statement, language) or says_not(statement) or bool(traits_of(statement, language).get("duty"))
