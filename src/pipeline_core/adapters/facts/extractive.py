"""Facts without a model: the document's own sentences and table rows, each with a question made for it.

A quote is always a slice of the chunk, letter for letter. Statements and answers are that slice without its
markdown marks: nothing is rephrased. Where no question can be made with care, a plain one is asked.

The parts, in order: generator, languages, English, questions, plain questions, blocks, prose, score, tables.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.ports.fact_generator import ChunkInput

MIN_WORDS, MAX_WORDS = 4, 60
MAX_QUESTION_CHARS = 150
# Below it a sentence leans on its neighbours or says little.
MIN_SCORE = 1.0


class ExtractiveFactGenerator:
    """The best ``max_facts`` of what a chunk states outright, in document order. No key, network or cost."""

    name = "extractive"
    version = "1"

    def __init__(self, max_facts: int):
        self.max_facts = max_facts
        self.params: dict[str, object] = {"max_facts": max_facts}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order; a defect in one is its UnexpectedError and harms no other."""
        return [self._generate_one(chunk) for chunk in chunks]

    def _generate_one(self, chunk: ChunkInput) -> Generated | Exception:
        try:
            return extract(chunk, self.max_facts)
        except Exception as error:
            return UnexpectedError(f"The extractive generator failed: {error!r}")


@dataclass(frozen=True, slots=True)
class _Claim:
    """What could become a fact; ``questions`` makes them, from the best to the ones that always fit."""

    start: int
    end: int
    statement: str
    answer: str
    questions: Callable[[], Iterator[str]]
    score: float


def extract(chunk: ChunkInput, max_facts: int) -> Generated:
    """The chunk's facts, or the reason why it has none."""
    language = _language(chunk.text)
    blocks = _blocks(chunk)
    claims: list[_Claim] = []
    for block in blocks:
        if block.kind in _READERS and not _is_back_matter(block):
            claims += _READERS[block.kind](chunk.text, block, language)
    chosen: list[tuple[int, FactCandidate]] = []
    taken: set[str] = set()
    for claim in sorted(claims, key=lambda claim: (-claim.score, claim.start)):
        if len(chosen) == max_facts or claim.score < MIN_SCORE:
            break
        question = next((q for q in claim.questions() if q.casefold() not in taken), None)
        if question and claim.statement not in taken:
            # Two facts of a chunk share neither question nor statement.
            taken |= {question.casefold(), claim.statement}
            quote = chunk.text[claim.start : claim.end]
            chosen.append((claim.start, FactCandidate(question, claim.answer, claim.statement, quote)))
    if not chosen:
        return Generated((), reason=_why_nothing(blocks))
    return Generated(tuple(candidate for _, candidate in sorted(chosen, key=lambda row: row[0])))


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# --- languages -------------------------------------------------------------------------------------------

_UNSPACED = frozenset({"zh", "ja", "th"})
_STOP_WORDS = {
    "en": _words("the and of to in is that for with are be this as on or by"),
    "de": _words("der die und das ist nicht mit den von zu für ein eine werden dass oder im"),
    "fr": _words("le la les des et est une dans pour que qui sur par avec du au ou"),
    "es": _words("el la los las de y que en una por con para es del se un como"),
    "it": _words("il lo la gli di e che per una con non sono del della è nel i"),
    "pt": _words("o a os as de e que em uma para com não do da por são no na"),
    "nl": _words("de het een en van is dat niet met voor zijn op aan door worden"),
    "id": _words("dan yang untuk dengan pada dari tidak ini itu dapat adalah di ke oleh atau"),
}
_SCRIPTS = (
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("xx", re.compile(r"[\u0250-\u03ff\u0530-\u0dff\u0e80-\u303f\u3100-\u4dff\ua000-\uffff]")),
)
_LATIN_WORD = re.compile(r"[a-zà-öø-ÿ]+")


def _language(text: str) -> str:
    """A guess from scripts and stop words; "xx" for what no row knows."""
    sample = text[:800].lower()
    words = _LATIN_WORD.findall(sample)
    if not sample.isascii():
        found = {code: len(pattern.findall(sample)) for code, pattern in _SCRIPTS}
        if sum(found.values()) > sum(map(len, words)):
            code = max(found, key=found.__getitem__)
            code = "ja" if code == "zh" and found["ja"] * 10 > found["zh"] else code
            return "xx" if code == "ru" and "ы" not in sample else code
    hits = {code: sum(map(stop_words.__contains__, words)) for code, stop_words in _STOP_WORDS.items()}
    best = max(hits, key=hits.__getitem__)
    return best if hits[best] * 12 >= len(words) or best == "en" else "xx"


# --- English, as far as a question needs it --------------------------------------------------------------

_EDGES = ".,;:!?()[]\"'“”‘’*"
_CONNECTIVE = re.compile(
    r"(?:However|Therefore|Thus|Hence|Moreover|Furthermore|Additionally|In addition|Consequently|Nevertheless"
    r"|As a result|Also|Nonetheless|Accordingly|Finally|Besides|Meanwhile|In particular|In general|Generally)"
    r",\s+"
)
_SELF = (
    "policy|document|agreement|contract|insurance|plan|standard|guide|manual|licen[sc]e|certificate"
    "|endorsement|paper|report|software|package|regulation|act|law"
)
# A sentence that begins so is understood only after the one before it.
_LEANS = re.compile(
    rf"(?:Th(?:is|at) (?!(?:{_SELF})\b)|These|Those|It|They|He|She|Its|Their|His|Her|Our|My|I|Such"
    r"|The (?:former|latter|above|following|same|others?|second|third|next|last|results?|reason|rest)"
    r"|However|Therefore|Thus|Hence|Then|So|And|But|Or|Nor|Yet|Also|Instead|Otherwise|Rather|Similarly"
    r"|Likewise|Conversely|First(?:ly)?|Second(?:ly)?|Third|Next|Last(?:ly)?|Here|Again|Indeed|Still|Yes|No,"
    r"|For (?:example|instance|this|these|that|more)|On the (?:other|one) hand|At this|To (?:this|do|achieve)"
    r"|In (?:this|these|that|such|contrast|other words|short|fact|summary)|After (?:this|that)|By doing"
    r"|(?:Because of|With|From) this|(?:Among|Of|Between|Like|Unlike) (?:these|those|them)|Ensuring|See|Note"
    r"|As (?:such|mentioned|shown|noted|described|before|above)|If (?:used|possible|not|so|yes|no)"
    r"|(?:If|When|While|Since|As|Although|Because|Once) (?:it|they|this|these|those|he|she|so|then)"
    r"|Another|Others?|One (?:of|such)|(?:Some|Most|Many|Each|Any) of|All (?:of|others)"
    r"|Both|Neither|Examples?|Please|Let|Everything|What|Why|How|Where|Who)\b"
)
_LEANS_IN = {
    "en": _LEANS,
    "de": re.compile(
        r"(?:Diese[rsmn]?|Dies|Das|Er|Es|Daher|Jedoch|Allerdings|Deshalb|Somit|Dabei|Hier|Aber|Und|Oder)\b"
    ),
    "fr": re.compile(r"(?:Cet?|Cette|Ces|Cela|Ceci|Ils?|Elles?|Cependant|Toutefois|Ainsi|Donc|Mais|Et|Ou)\b"),
    "es": re.compile(r"(?:Es?t?[aeo]s?|Ell[ao]s?|Sin embargo|Por lo tanto|Pero|Y|O|Además|Aquí|Sus?)\b"),
    "it": re.compile(r"(?:Quest[aeio]|Ess[aeio]|Tuttavia|Pertanto|Inoltre|Ma|E|O|In questo modo)\b"),
    "pt": re.compile(r"(?:Est[ae]s?|Isto|Isso|Ess[ae]s?|El[ae]s?|No entanto|Portanto|Além disso|Mas|E|Ou)\b"),
    "nl": re.compile(r"(?:Dit|Deze|Dat|Die|Het is|Daarom|Echter|Maar|En|Of|Hij|Zij|Ze)\b"),
}

_BE = _words("is are was were")
_MODALS = _words("must shall should may can will could would might cannot")
_DO = _words("does do did")
_AUXILIARIES = _BE | _MODALS | _words("has have had")
_PLURAL = _words("are were have do")
# Verbs whose object can be asked for with "what".
_TRANSITIVE = _words("""
accept accompany achieve acquire add address adopt advise affect aggregate allow analyze apply appoint
approve assess assign assume attach authorize avoid award base bear bring build calculate call cancel carry
cause challenge change charge check choose collect combine compare complete comprise compute conduct confirm
consider constitute construct contain control convert cover create decrease deduct define deliver
demonstrate deny deploy describe designate detect determine develop disable disclose discuss display
distribute document elect employ enable encode encourage enforce enhance ensure establish estimate evaluate
examine exceed exclude execute expect explain explore expose express extend extract facilitate feature file
find follow form formulate generate give govern grant guarantee handle help hold identify illustrate
implement imply impose improve include incorporate increase indicate influence inform initialize inject
inspect install integrate introduce investigate invoke involve issue keep lack launch leave limit list
maintain make manage manipulate map mean measure minimize monitor need notify obtain occupy offer omit
operate optimize outline outperform own pay perform permit pose possess predict prepare present preserve
prevent prioritize process produce prohibit promote propose protect prove provide publish purchase raise
reach read receive recommend record reduce reflect refund reimburse reject release remove render renew
repair replace report represent require retain retrieve return reveal review run satisfy save secure select
send serve set settle share show simplify simulate solve specify start state stimulate store strengthen
submit suggest supply support surpass take target teach terminate test track train transfer transform treat
trigger undergo undermine underpin use utilize validate verify view violate waive want yield
""")
_LIGHT = _words("allow bear bring form give help hold keep leave make set take use")
_ASKABLE = _TRANSITIVE - _LIGHT
_WITH_PREPOSITION = {
    verb: preposition
    for preposition, verbs in {
        "as": "act serve",
        "for": "account",
        "from": "arise derive differ originate stem suffer",
        "in": "participate result",
        "of": "consist",
        "on": "build depend focus rely",
        "to": "adhere amount apply belong contribute correspond lead refer relate",
        "with": "comply interact",
    }.items()
    for verb in verbs.split()
}
_TO_DO = _words("aim attempt fail have intend need plan seek strive tend try want")
# These are nouns as often: only an object behind them shows the verb.
_NOUN_TOO = _words("""
address attach award base call cause challenge change charge check control cover display document estimate
exceed experience feature file find form function help hold increase influence issue lack launch limit list
map measure need offer plan process produce purchase reach read record release report return review run save
set share show start state store supply support target test track train transfer trigger use view want yield
""")


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "ch", "sh", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeo" else verb + "s"


_BASES = frozenset({*_TRANSITIVE, *_WITH_PREPOSITION, *_TO_DO})
_THIRD_PERSON = {_third_person(verb): verb for verb in _BASES}
_FINITE = _words("""
is are was were must shall should may can will could would might cannot has had have does do did became
becomes remains remain went goes occurs occur happens exists exist works began grew rose fell showed found
made took gave said led left met held kept sent paid built brought won lost meant came got ran knew struck
expires equals isn't aren't don't doesn't can't won't opens closes appears varies arises falls rises grows
continues stops lies stands runs starts comes seems lasts looks acts
""")
# Past tenses that stand without an object: "Revenue increased by 5%."
_PAST = _words("""
amounted changed closed consisted contributed declined decreased dropped ended expanded expired gained
improved increased lasted moved occurred opened reached remained resulted started totalled totaled
""")
_NO_START = _words("is are was were does has have having been")
_VERB_LIKE = _FINITE | _BASES | _THIRD_PERSON.keys() | _words("be been used")
_IMPERATIVES = _words("""
verify ensure use avoid do don't never always implement define limit make check keep set follow enforce
validate require disable enable restrict store encrypt review log monitor perform apply provide consider
configure protect separate compare reject remove return rotate report contact submit notify call send inform
retain
""")
_DETERMINERS = _words("""
a an the this that these those all any each every some no its their our your one two three four five six
seven eight nine ten several many most more both multiple various other only additional different new
""")
_PREPOSITIONS = _words("""
about above across after against along among around as at because before behind below beneath beside between
beyond by despite down during except for from if in inside into like near of off on onto out over past per
regarding since so than through throughout till to toward towards under until unlike up upon via when where
while with within without which who that and or but
""")
_NOT_BEFORE_VERBS = _DETERMINERS | _PREPOSITIONS - {"and", "or", "but"}
_INTRODUCING = _words("""
after although as at because before by despite during following for from given if in on once since through
throughout to under unless until upon via when where whereas while whilst with within without
""")
_ENDS_SUBJECT = _words("""
that which who whom whose where when if because while although unless as than so whether how why what
""")
_ADVERBS = _words("""
also always typically generally usually often currently normally then still now thus therefore already
further primarily mainly mostly directly explicitly automatically simply clearly frequently commonly
specifically additionally further furthermore both all instead
""")
_NO_SUBJECT = _words("""
it they he she there this these those that i what who some most all many others none everything nothing
one almost everyone anyone someone somebody nobody
""")
# Endings of common nouns, few of names.
_COMMON_ENDING = re.compile(
    r"(?:tion|ment|ness|ity|ance|ence|ship|ism|ing|ers?|ors?|ees?|ants?|als?|ages?|ures?|es|[bdgklmnprt]s)$"
)
# Words that tell nothing of what a sentence is about.
_GRAMMAR = _VERB_LIKE | _DETERMINERS | _PREPOSITIONS | _ADVERBS | _NO_SUBJECT | _ENDS_SUBJECT
_DULL = _GRAMMAR | _words("""
not nor yet its it's you your them his her him who whose being having per such very same own able likely
rather e.g i.e etc using based including due given taken well even just often however today sure free true
false possible important good better best way ways kind lot itself themselves et al here done please thing
things case cases people something wants million billion percent first second last next
""")

# Citations, examples, abbreviations; "method(s)" is a word.
_ASIDE = re.compile(r" \([^()]*\)")
_NOT_IN_NAME = re.compile(r"[(),;:\"“”\[\]]| [-–—] ")
_NO_SUBJECT_START = _IMPERATIVES | _INTRODUCING | _words("and or but such almost everyone")
_LEADING_ADVERB = re.compile(r"(?:\w+ly|Today|Often),$")


@dataclass(frozen=True, slots=True)
class _Clause:
    """A sentence's parts: what leads in, the subject, the finite verb, and the rest."""

    lead: str
    subject: str
    verb: str
    rest: list[str]


def _clause(statement: str) -> _Clause | None:
    """The parts of a plain sentence; None where this much grammar cannot tell them."""
    words = _ASIDE.sub("", statement).rstrip(".!").split()
    lead = ""
    if words[0].lower() in _INTRODUCING or _LEADING_ADVERB.match(words[0]):
        comma = next((i for i, word in enumerate(words[:12]) if word.endswith(",")), None)
        if comma is None or comma == len(words) - 1:
            return None
        # "Specifically," adds nothing to a question; "Within 30 days," does.
        lead, words = " ".join(words[: comma + 1]) if comma else "", words[comma + 1 :]
    if lead and words[0] == "then":
        words = words[1:]
    at = _verb_at(words)
    if at is None:
        return None
    subject = words[:at]
    while subject and subject[-1].lower() in _ADVERBS:
        subject.pop()
    name = " ".join(subject)
    if not 1 <= len(subject) <= 8 or _NOT_IN_NAME.search(name) or subject[-1].lower() in _DETERMINERS:
        return None
    if subject[0].lower() in (_NO_SUBJECT if len(subject) == 1 else _NO_SUBJECT_START):
        return None
    verb = words[at].lower()
    if name.lower() == "we" and verb not in _MODALS:
        return None
    if name[0] == statement[0]:
        name = _in_mid_sentence(name, statement, plural=verb in _PLURAL or verb in _BASES)
    return _Clause(lead, name, verb, words[at + 1 :])


def _verb_at(words: Sequence[str]) -> int | None:
    """The index of the finite verb behind a subject without a clause or a comma in it."""
    for i, word in enumerate(words[:12]):
        lowered = word.lower()
        if lowered in _ENDS_SUBJECT or word[-1] in ",;:":
            return None
        after = words[i + 1].lower() if i + 1 < len(words) else ""
        if i and (lowered in _AUXILIARIES or (lowered in _DO and after == "not")):
            return i
        if i and _is_lexical_verb(lowered, words[i - 1].lower(), after):
            return i
    return None


def _has_finite_verb(words: Sequence[str]) -> bool:
    """Whether a verb stands outside of clauses that begin with *if*, *that* and their like."""
    lowered = [word.lower() for word in words]
    skipped = 0
    for i in range(1, len(words)):
        before, word = lowered[i - 1], lowered[i].strip(_EDGES)
        if before[-1] in ",;:":
            skipped = 0
        if before in _ENDS_SUBJECT:
            skipped = 1 if before in ("that", "which", "who") else len(words)
        after = lowered[i + 1] if i + 1 < len(words) else ""
        past = (word in _PAST and before not in _DETERMINERS) or (word.endswith("ed") and after in _DETERMINERS)
        if past or word in _FINITE or _is_lexical_verb(word, before, after):
            if not skipped:
                return True
            skipped -= after not in _FINITE
    return False


def _is_lexical_verb(word: str, before: str, after: str) -> bool:
    base = _THIRD_PERSON.get(word, word)
    if base not in _BASES or before in _NOT_BEFORE_VERBS:
        return False
    if word == base and not (before.endswith("s") and not before.endswith(("ss", "us", "is", "'s", "’s"))):
        return before in ("we", "you", "people", "members")
    if _WITH_PREPOSITION.get(base) == after or (after == "to" and base in _TO_DO):
        return True
    if base in _NOUN_TOO:
        return after in _DETERMINERS or after == "that" or after[:1].isdigit()
    return after not in _PREPOSITIONS or after == "that"


def _in_mid_sentence(subject: str, statement: str, *, plural: bool = False) -> str:
    """The subject without the capital letter that only the beginning of the sentence gave it."""
    first, _, rest = subject.partition(" ")
    if not first[1:].islower() and first not in ("A", "I"):
        return subject
    lowered = first.lower()
    known = lowered in _DETERMINERS or lowered in ("you", "we") or lowered in statement.split()
    named = rest[:1].isupper() or rest[:1].isdigit() or rest.startswith("et al")
    if known or (not named and (plural or rest or _COMMON_ENDING.search(lowered))):
        return f"{lowered} {rest}".strip()
    return subject


# --- questions -------------------------------------------------------------------------------------------

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_WHEN = re.compile(
    rf"\b(?:on|in|since|before|after|until) (?:the )?(?:\d{{1,2}} )?(?:(?:{_MONTH})\b|(?:19|20)\d\d\b)"
    r"|\b(?:annually|monthly|weekly|daily|quarterly|every (?:\w+ )?(?:hour|day|week|month|year)s?)\b"
)
_WITHIN = re.compile(r"\bwithin (?:\w+ \()?\d")
_ARTICLES = _words("a an the one two three")
# "X is defined as ..." and the like: the word behind the verb, and what may stand behind that.
_PARTICIPLES = {
    ("defined", ""): "How {be} {s} defined?",
    ("known", "as"): "What {be} {s} known as?",
    ("based", "on"): "What {be} {s} based on?",
    ("used", "to"): "What {be} {s} used for?",
    ("used", "for"): "What {be} {s} used for?",
    ("used", "in"): "Where {be} {s} used?",
    ("designed", "to"): "What {be} {s} designed to do?",
    ("designed", "for"): "What {be} {s} designed for?",
    ("intended", "to"): "What {be} {s} intended to do?",
    ("intended", "for"): "What {be} {s} intended for?",
    ("required", "to"): "What {be} {s} required to do?",
    ("allowed", "to"): "What {be} {s} allowed to do?",
    ("permitted", "to"): "What {be} {s} permitted to do?",
    ("entitled", "to"): "What {be} {s} entitled to?",
    ("responsible", "for"): "What {be} {s} responsible for?",
    ("liable", "for"): "What {be} {s} liable for?",
    ("limited", "to"): "What {be} {s} limited to?",
    ("subject", "to"): "What {be} {s} subject to?",
    ("able", "to"): "What {be} {s} able to do?",
    ("due", ""): "When {be} {s} due?",
    ("payable", ""): "When {be} {s} payable?",
    ("located", ""): "Where {be} {s} located?",
    ("available", ""): "Where {be} {s} available?",
    ("composed", "of"): "What {be} {s} composed of?",
    ("called", ""): "What {be} {s} called?",
    ("divided", "into"): "What {be} {s} divided into?",
    ("related", "to"): "What {be} {s} related to?",
    ("focused", "on"): "What {be} {s} focused on?",
    ("written", "in"): "What {be} {s} written in?",
    ("caused", "by"): "What {be} {s} caused by?",
    ("determined", "by"): "What {be} {s} determined by?",
    ("measured", "in"): "What {be} {s} measured in?",
}
# "Actual cash value" means ..., as policies have it.
_MEANING = re.compile(r"[\"“]?(?P<term>[^\"“”,.;:]{2,60}?)[\"”]?(?: \([^()]*\))? (?:shall mean|means?)\b")
# "Term (T) - A thing that ...", as glossaries have it.
_DEFINED_TERM = re.compile(r"(?!The |This |An? )(?P<term>(?:[^.,;:!?\"]|\.(?=\w)){2,60}?) [-–—] (?=[A-Z])")


def _question(statement: str, headings: Sequence[str]) -> tuple[str | None, str]:
    """The question that the statement answers, where grammar can tell it, and the statement's subject."""
    meaning = _MEANING.match(statement)
    if meaning and _FINITE.isdisjoint(meaning["term"].split()):
        return f'What does "{meaning["term"]}" mean?', f'"{meaning["term"]}"'
    definition = _DEFINED_TERM.match(statement)
    if definition and _FINITE.isdisjoint(definition["term"].split()):
        return f'What is "{definition["term"]}"?', f'"{definition["term"]}"'
    clause = _clause(statement)
    asked = _ask(clause) if clause else None
    if clause is None or asked is None:
        return None, clause.subject if clause else ""
    if clause.lead:
        asked = f"{clause.lead} {asked[0].lower()}{asked[1:]}"
    if not _is_name(clause.subject):
        asked = f"{asked[:-1]}{_according_to(headings)}?"
    return asked if len(asked) <= MAX_QUESTION_CHARS else None, clause.subject


def _is_name(subject: str) -> bool:
    """Whether the subject names one thing wherever it is read: a proper name, an acronym, a code."""
    words = [word for word in subject.split() if word.lower() not in _DETERMINERS]
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in words)


def _ask(clause: _Clause) -> str | None:
    rest = list(clause.rest)
    while rest and rest[0].lower() in _ADVERBS:
        rest.pop(0)
    if not rest:
        return None
    if clause.verb in _BE:
        return _ask_be(clause.verb, clause.subject, rest)
    if clause.verb in _MODALS:
        return _ask_modal(clause.verb, clause.subject, rest)
    if clause.verb in _DO:
        return _ask_whether(clause.verb, clause.subject, rest[1:])
    return _ask_lexical(clause.verb, clause.subject, rest)


_NO_OBJECT = _PREPOSITIONS | _words("us you them him her me it itself themselves")
_AMOUNT = re.compile(r"[$€£¥]?\d")
_PERSON = re.compile(r"\b(?:author|chair(?:man|person)?|developer|director|founder|inventor|officer|president)\b")


def _ask_be(be: str, subject: str, rest: Sequence[str]) -> str | None:
    word, after = rest[0].lower().strip(_EDGES), (rest[1].lower() if len(rest) > 1 else "")
    if word == "not":
        return _ask_whether(be, subject, rest[1:]) if after != "to" else None
    if word in _ARTICLES or _AMOUNT.match(rest[0]):
        who = "Who" if _is_name(subject) and _PERSON.search(" ".join(rest[:5])) else "What"
        return f"{who} {be} {subject}?"
    if form := _PARTICIPLES.get((word, after)) or _PARTICIPLES.get((word, "")):
        return form.format(be=be, s=subject)
    return _ask_passive(f"{be} {subject} {word}", word, rest[1:])


def _ask_passive(words: str, participle: str, rest: Sequence[str]) -> str | None:
    if not participle.endswith(("ed", "en", "wn")) and participle not in _IRREGULAR:
        return None
    behind = " ".join(rest[:8])
    for pattern, asking in _CIRCUMSTANCES:
        if pattern.search(behind):
            return f"{asking} {words}?"
    return None


_IRREGULAR = _words("built done found held kept made paid put read run sent set sold told understood")
_CIRCUMSTANCES = (
    (_WITHIN, "Within what time"),
    (re.compile(r"^(?:using|via|through|by \w+ing)\b"), "How"),
    (re.compile(r"^by (?:the |a |an )?\w"), "By what or whom"),
    (_WHEN, "When"),
)


def _ask_modal(modal: str, subject: str, rest: Sequence[str]) -> str | None:
    word = rest[0].lower()
    if modal == "cannot" or word in ("not", "never"):
        rest = rest if modal == "cannot" else rest[1:]
        modal = "can" if modal == "cannot" else modal
        return _ask_whether(modal, subject, rest)
    if len(rest) < 2:
        return None
    if word == "be":
        participle = rest[1].lower().strip(_EDGES)
        asked = _ask_passive(f"{modal} {subject} be {participle}", participle, rest[2:])
        return asked or (f"What is required of {subject}?" if modal in ("must", "shall") else None)
    if not word.isalpha():
        return None
    within = next((i for i, item in enumerate(rest) if item.lower() == "within"), 0)
    if 1 < within <= 7 and _WITHIN.match(" ".join(rest[within:])) and "," not in " ".join(rest[:within]):
        return f"Within what time {modal} {subject} {' '.join(rest[:within])}?"
    if word == "have" and (rest[1].lower() == "been" or _NOT_A_NOUN.match(rest[1])):
        return None
    if word in _ASKABLE | {"have"} and (rest[1].lower() not in _NO_OBJECT or rest[1:3] == ["up", "to"]):
        return f"What {modal} {subject} {word}?"
    return f"What {modal} {subject} do?"


def _ask_lexical(verb: str, subject: str, rest: Sequence[str]) -> str | None:
    base = _THIRD_PERSON.get(verb, verb)
    do, after = "does" if base != verb else "do", rest[0].lower()
    if base in _TO_DO and after == "to":
        return f"What {do} {subject} {base} to do?"
    if _WITH_PREPOSITION.get(base) == after:
        return f"What {do} {subject} {base} {after}?"
    if base in _ASKABLE and after not in _NO_OBJECT - {"that"}:
        return f"What {do} {subject} {base}?"
    return None


def _ask_whether(verb: str, subject: str, rest: Sequence[str]) -> str | None:
    """``Does this policy cover flood damage?``: a statement with "not" answers it outright."""
    pause = next((i for i, word in enumerate(rest) if word[-1] in ",;:"), len(rest) - 1)
    kept = [*rest[:pause], rest[pause].rstrip(",;:")] if rest else []
    if not 2 <= len(kept) <= 14 or kept[-1].lower() in _PREPOSITIONS | _DETERMINERS or "(" in " ".join(kept):
        return None
    return f"{verb.capitalize()} {subject} {' '.join(kept)}?"


# --- plain questions -------------------------------------------------------------------------------------

_GENERIC_HEADING = re.compile(
    r"(?:overview|introduction|summary|general|abstract|notes?|description|details|background|conclusions?"
    r"|discussion|results?|methods?|scope|purpose|definitions?|faq|about|contents?|other)$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^(?:\d+\.)+\d*\s+")
_PLAIN = {
    "en": ('What does "{h}" say about {t}?', "What does this document say about {t}?"),
    "de": ("Was sagt „{h}“ zu „{t}“?", "Was sagt dieses Dokument zu „{t}“?"),
    "fr": ("Que dit « {h} » à propos de « {t} » ?", "Que dit ce document à propos de « {t} » ?"),
    "es": ("¿Qué dice «{h}» sobre «{t}»?", "¿Qué dice este documento sobre «{t}»?"),
    "it": ("Che cosa dice «{h}» su «{t}»?", "Che cosa dice questo documento su «{t}»?"),
    "pt": ("O que diz «{h}» sobre «{t}»?", "O que diz este documento sobre «{t}»?"),
    "nl": ('Wat zegt "{h}" over "{t}"?', 'Wat zegt dit document over "{t}"?'),
    "ru": ("Что сказано в разделе «{h}» на тему «{t}»?", "Что сказано в этом документе на тему «{t}»?"),
    "id": ('Apa yang dikatakan "{h}" tentang "{t}"?', 'Apa yang dikatakan dokumen ini tentang "{t}"?'),
    "xx": ('What does "{h}" say about "{t}"?', 'What does this document say about "{t}"?'),
    "zh": ("“{h}”中关于“{t}”是怎么说的?", "本文中关于“{t}”是怎么说的?"),
}


def _label(headings: Sequence[str]) -> str:
    """The heading a reader would name: the last one, with the one above it where it says little alone."""
    names = [_NUMBERING.sub("", name, count=1).strip(" .:") for name in headings]
    name = names[-1]
    if len(names) > 1 and (_GENERIC_HEADING.match(name) or len(name) < 12):
        name = f"{_shortened(names[-2], 40)} › {name}"
    return _shortened(name.replace('"', "'"), 70)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rpartition(" ")[0].rstrip(" ,;:.-–—") + "…"


def _according_to(headings: Sequence[str]) -> str:
    return f', according to "{_label(headings)}"' if headings else ""


def _under(headings: Sequence[str]) -> str:
    return f' under "{_label(headings)}"' if headings else ""


def _plain_questions(statement: str, headings: Sequence[str], language: str, subject: str = "") -> Iterator[str]:
    """What the section says about the sentence's subject or key words; then, with more of them."""
    with_heading, without = _PLAIN.get(language, _PLAIN["xx"])
    form, length = (with_heading, 70) if headings else (without, 90)
    heading = _label(headings) if headings else ""
    subject = "" if subject in ("you", "we") else subject
    if subject:
        yield form.format(h=heading, t=_shortened(subject, length))
    for count in (2, 3, 4):
        phrases = _key_phrases(statement, language, count)
        if subject:
            phrases = [subject, *(phrase for phrase in phrases if phrase.lower() not in subject.lower())]
        if phrases:
            yield form.format(h=heading, t=_shortened(_listed(phrases, language), length))


def _listed(phrases: Sequence[str], language: str) -> str:
    if language != "en":
        return ", ".join(phrases)
    return " and ".join(filter(None, [", ".join(phrases[:-1]), *phrases[-1:]]))


_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.](?=[^\W_]))*")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_CONTRACTION = re.compile(r"['’](?!s)")
_CLAUSE_MARK = re.compile(r"[，。、；：！？“”（）\s]+")
_NOT_A_NOUN = re.compile(r"\w{3,}(?:ed|ing|ly|ous|ful|ive|able|ible|less)$")


def _key_phrases(statement: str, language: str, count: int) -> list[str]:
    """The phrases that best tell the sentence from others, in its order: names and nouns before all."""
    if language in _UNSPACED:
        return [piece[:12] for piece in _CLAUSE_MARK.split(statement) if len(piece) > 1][:count]
    if language != "en":
        words = sorted(dict.fromkeys(_LETTERS.findall(statement)), key=len, reverse=True)[:count]
        return sorted(words, key=statement.index)
    statement = _ASIDE.sub("", statement)
    best = sorted(filter(None, map(_noun_phrase, _content_runs(statement))), key=_weight_of_phrase)[:count]
    best.sort(key=lambda run: run[0].start())
    phrases = [" ".join(word[0] for word in run) for run in best]
    if best and best[0][0].start() == 0:
        phrases[0] = _in_mid_sentence(phrases[0], statement)
    return phrases


def _content_runs(statement: str) -> list[list[re.Match[str]]]:
    """Up to three words at a time that stand side by side and carry a meaning of their own."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(statement):
        lowered, start = word[0].lower(), word.start()
        if (
            lowered in _DULL
            or (lowered.isdigit() and not (runs[-1] and runs[-1][-1][0][0].isupper()))
            or lowered.endswith("ly")
            or len(lowered) < 2
            or _CONTRACTION.search(lowered)
        ):
            runs.append([])
        elif runs[-1] and (len(runs[-1]) == 3 or statement[runs[-1][-1].end() : start] != " "):
            runs.append([] if lowered.isdigit() else [word])
        else:
            runs[-1].append(word)
    return runs


def _noun_phrase(run: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    """The run without participles and adjectives at its end, and without a gerund at its beginning."""
    if len(run) > 1 and run[0][0].endswith("ing"):
        run = run[1:]
    end = len(run)
    while end and _NOT_A_NOUN.match(run[end - 1][0]):
        end -= 1
    return run[:end]


def _weight_of_phrase(run: Sequence[re.Match[str]]) -> tuple[float, int, int]:
    name = any(not word[0].islower() and word.start() for word in run)
    return -(min(len(run), 3) + name), -sum(len(word[0]) for word in run), run[0].start()


# --- blocks ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """A run of lines of one kind: heading, prose (a paragraph or list item), table, code, html or comment."""

    kind: str
    start: int
    end: int
    headings: tuple[str, ...]


_HTML_NAMES = (
    "table|thead|tbody|tr|td|th|div|p|img|figure|figcaption|details|summary|center|pre|style|script|ul|ol|li"
    "|h[1-6]|br|hr|svg|iframe"
)
# The first row that matches names the line; a line of running text matches none.
_LINE_KINDS = (
    ("code", re.compile(r" {0,3}(?P<close>```+|~~~+)")),
    ("comment", re.compile(r" {0,3}<!--(?!.*-->)")),
    ("heading", re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<title>.*?))?(?:[ \t]+#+)?\s*$")),
    ("rule", re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}[ \t]*)\s*$")),
    ("table", re.compile(r"[ \t]*\|")),
    ("definition", re.compile(r" {0,3}\[[^\[\]]+\]:[ \t]")),
    ("html", re.compile(rf" {{0,3}}<(?:!|/?(?:{_HTML_NAMES})\b)", re.IGNORECASE)),
    ("item", re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?:\[[ xX]\][ \t]+)?")),
    ("quoted", re.compile(r"[ \t]*(?:>[ \t]?)+")),
    ("indented", re.compile(r" {4}|\t")),
)
_MARKED_LINE = re.compile(r"\s*[#>|<`~\[\-*+•=_(\d]|\s*[a-z]\)| {4}|\t")
_CONTINUES = {
    "prose": {"text", "indented", "quoted"},
    "html": {"text", "html", "item", "indented"},
    "table": {"table"},
    "code": {"indented"},
}


class _Outline:
    """The headings in force while a chunk is read. Those above it come without their levels."""

    def __init__(self, path: Sequence[str]):
        self._stack = list(enumerate(path, start=1))
        self._entered = False
        self.path = tuple(path)

    def enter(self, level: int, title: str) -> None:
        if not self._entered and self._stack and self._stack[-1][1] == title:
            # The chunk begins with the last heading of its own path, which tells the levels above.
            shift = level - self._stack[-1][0]
            self._stack = [(above + shift, name) for above, name in self._stack]
        self._entered = True
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()
        self._stack.append((level, title))
        self.path = tuple(name for _, name in self._stack if name)


def _blocks(chunk: ChunkInput) -> list[_Block]:
    """The chunk's blocks in order, each with the headings above it."""
    outline = _Outline(chunk.heading_path)
    blocks: list[_Block] = []
    block: _Block | None = None
    closing, start, in_list = "", 0, False
    for line in chunk.text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        kind, match = _line_kind(line) if not closing else ("closed", None)
        if closing and block:
            block.end = end
            closing = "" if closing in line else closing
        elif kind in ("blank", "definition", "rule"):
            if block and block.kind == "prose" and kind == "rule" and line.strip()[0] in "-=":
                block.kind = "heading"  # underlined
            block = None
        elif block and kind in _CONTINUES.get(block.kind, ()):
            block.end = end
        else:
            if match and kind == "heading":
                outline.enter(len(match["marks"]), strip_markdown(match["title"] or ""))
            closing = match["close"] if match and kind == "code" else "-->" if kind == "comment" else ""
            in_list = kind == "item" or (in_list and kind == "indented")
            inset = match.end() if match and kind in ("item", "quoted", "indented") else 0
            block = _Block(_block_kind(kind, in_list), start + inset, end, outline.path)
            blocks.append(block)
        start += len(line)
    return blocks


def _line_kind(line: str) -> tuple[str, re.Match[str] | None]:
    if not _MARKED_LINE.match(line):
        return ("text", None) if line.strip() else ("blank", None)
    for kind, pattern in _LINE_KINDS:
        if match := pattern.match(line):
            return kind, match
    return ("text", None) if line.strip() else ("blank", None)


def _block_kind(line_kind: str, in_list: bool) -> str:
    if line_kind in ("text", "item", "quoted"):
        return "prose"
    if line_kind == "indented":
        return "prose" if in_list else "code"
    return line_kind


# --- why a chunk has no fact -----------------------------------------------------------------------------

# The first row that has all the kinds of the chunk's blocks says why nothing was found in it.
_REASONS: tuple[tuple[set[str], str], ...] = (
    (set(), "blank: no text"),
    ({"heading"}, "only a heading"),
    ({"heading", "code"}, "code only"),
    ({"heading", "table"}, "a table that is too wide, or without its header row, to be read row by row"),
    ({"heading", "html", "comment"}, "HTML only, no sentence in markdown"),
    ({"heading", "code", "table", "html", "comment"}, "tables, code and HTML only, no sentence"),
)
_BACK_MATTER = re.compile(
    r"(?:[\d.]+ )?(?:references?|bibliography|works cited|further reading|(?:table of )?contents|funding"
    r"|external|acknowledge?ments?|authors?|author contributions"
    r"|(?:other )?contributors(?: and reviewers)?)$",
    re.IGNORECASE,
)


def _is_back_matter(block: _Block) -> bool:
    return any(map(_BACK_MATTER.match, block.headings))


def _why_nothing(blocks: Sequence[_Block]) -> str:
    kinds = {block.kind for block in blocks}
    for only, reason in _REASONS:
        if kinds <= only:
            return reason
    if all(map(_is_back_matter, blocks)):
        return f"a section of {blocks[-1].headings[-1].lower()}"
    return "no declarative sentence that stands alone"


# --- prose -----------------------------------------------------------------------------------------------

# Replaced by as many other characters before sentences are sought: no end of a sentence is in them.
_MARKS = re.compile(
    r"(?P<solid>`[^`\n]+`|\[(?=[^\[\]\n]*\]\()|\]\([^()\s]*\)|<[^<>\n]*>|\$(?! )[^$\n]{1,80}(?<! )\$(?!\d))"
    r"|\[(?:\^|@)[^\[\]]*\]|[*_]+"
)
# The segmenter takes some whole words ("miss.", "no.") for abbreviations.
_MISSED_END = re.compile(r"(?<=[a-z]{4}[.!] )(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.!。！．।](?:[)\"'”’»\]*_`」』]|\[\^[^\]]*\])*$")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|al|vs|cf|Nos?|Figs?|Sec|Art|Dr|Mrs?|Ms|St|pp?|[A-Z])\.$")
_LABEL = re.compile(r"(?:\*\*|__)(?P<key>[^*_:\n]{2,60})(?::(?:\*\*|__)|(?:\*\*|__):)\s+(?P<value>\S.*)", re.DOTALL)
_LABELS_ONLY = _words("note notes example examples warning important tip caution remark see")


def _prose(text: str, block: _Block, language: str) -> Iterator[_Claim]:
    body = text[block.start : block.end]
    label = _LABEL.fullmatch(body)
    if label and not _SENTENCE_END.search(body):
        if claim := _labelled(block, label):
            yield claim
        return
    for position, (start, end) in enumerate(_sentences(body, language)):
        if claim := _sentence(body[start:end], block, block.start + start, language, opens=position == 0):
            yield claim


def _labelled(block: _Block, label: re.Match[str]) -> _Claim | None:
    """``**Deductible:** $500`` says what a row of a table with two columns says."""
    key, value = strip_markdown(label["key"]), strip_markdown(label["value"])
    if key.lower() in _LABELS_ONLY or not 1 <= len(value) <= 200 or not _faithful(value, label["value"]):
        return None
    question = f'What is stated for "{key}"{_under(block.headings)}?'
    score = 1.5 + bool(numbers_in(value))
    return _Claim(block.start, block.end, f"{key}: {value}", value, lambda: iter((question,)), score)


def _sentences(body: str, language: str) -> Iterator[tuple[int, int]]:
    """Where the sentences stand. Closing marks stay with their sentence, opening ones go with the next."""
    from sentencex import segment

    masked = _MARKS.sub(lambda match: ("X" if match["solid"] else " ") * len(match[0]), body)
    start = end = 0
    for part in segment(language, masked):
        for piece in _MISSED_END.split(part) if language == "en" else (part,):
            end += len(piece)
            cut = end
            while cut > start and body[cut - 1] in "*_":
                cut -= 1
            if cut == start or not body[cut - 1].isspace():
                cut = end
            sentence = body[start:cut]
            if sentence.strip():
                yield start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())
            start = cut


def _faithful(stripped: str, verbatim: str) -> bool:
    """Whether stripping the marks has left every number as it is written in the quote."""
    return stripped == verbatim or set(numbers_in(stripped)) <= set(numbers_in(verbatim))


def _sentence(quote: str, block: _Block, start: int, language: str, *, opens: bool) -> _Claim | None:
    if not _SENTENCE_END.search(quote) or _ABBREVIATION.search(quote):
        return None
    end = start + len(quote)
    statement = strip_markdown(quote)
    if language == "en" and (link := _CONNECTIVE.match(statement)):
        # What stands after "However," stands alone: quote that.
        rest = quote.partition(link[0].strip())[2].lstrip()
        if not rest:
            return None
        start, quote = end - len(rest), rest
        statement = strip_markdown(rest)
        statement = statement[:1].upper() + statement[1:]
    if not _stands_alone(statement, language) or not _faithful(statement, quote):
        return None
    asked, subject = _question(statement, block.headings) if language == "en" else (None, "")

    def questions() -> Iterator[str]:
        if asked:
            yield asked
        yield from _plain_questions(statement, block.headings, language, subject)

    score = _score(statement, block.headings, language) + opens / 2 + (asked is not None)
    return _Claim(start, end, statement, statement, questions, score)


_OPENING = re.compile(r"[\"'“‘«(\[]*(?P<first>\w)")
# Left-overs of a conversion, captions, and what stands at the foot of a page.
_BROKEN = re.compile(
    r" [.,;)]|\*\*|\]\(|[`|{}<©]|\\[a-z]|https?://|www\.|all rights reserved|\bdoi\b|\bisbn\b|\bpp?\. ?\d"
    r"|page \d+ of|^\W*(?:figure|fig\.|table|listing|chart|photo|source)\b[^a-z]*[\d:]"
)
_RUN_OF_LETTERS = re.compile(r"[^\W\d_]+")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))


def _stands_alone(statement: str, language: str) -> bool:
    """A whole sentence, of a fit length, that does not lean on the one before it."""
    first = _OPENING.match(statement)
    if not first or first["first"].islower() or not _is_of_fit_length(statement, language):
        return False
    leans = _LEANS_IN.get(language)
    if (leans and leans.match(statement)) or _BROKEN.search(statement.lower()):
        return False
    if any(statement.count(opening) != statement.count(closing) for opening, closing in _PAIRS):
        return False
    if statement.count('"') % 2:
        return False
    if language != "en":
        return True
    words = statement.split()
    start = words[0].strip(_EDGES).lower()
    if start in _THIRD_PERSON or start in _NO_START:
        return False
    return start in _IMPERATIVES or _has_finite_verb(words)


def _is_of_fit_length(statement: str, language: str) -> bool:
    if language in _UNSPACED:
        return 10 <= len(statement) <= 200
    words = statement.count(" ") + 1
    letters = sum(map(len, _RUN_OF_LETTERS.findall(statement)))
    return MIN_WORDS <= words <= MAX_WORDS and 2 * letters >= len(statement) - words


# --- score -----------------------------------------------------------------------------------------------

_WORTH = (
    (
        1.5,
        _words("must shall required requires require means mean covers cover covered excludes excluded exclude"),
    ),
    (1.5, _words("entitled liable prohibited limited defined")),
    (
        0.5,
        _words("may can should will includes include provides provide supports contains never not"),
    ),
    (
        -1.0,
        _words("this these those such former latter above below following here previously another"),
    ),
    (-1.0, _words("we our i my")),
    (-2.0, _words("please see")),
    (-0.5, _words("it its they them their he she his her")),
)
# Looked for in lower case.
_ANYWHERE = (
    (1.0, re.compile(r"\d")),
    (1.0, re.compile(r"[$€£¥%]|\bper ?cent\b")),
    (0.5, re.compile(r"\b(?:within|after|before|until|every|per) .{0,20}\b(?:hour|day|week|month|year)")),
    (1.0, re.compile(r" (?:is|are|was|were) (?:an?|the|one of) ")),
    (
        -1.0,
        re.compile(r" this(?:[.,;]| (?:further|is|was|has|can|may|will|means)\b)| (?:do|did) so\b|refer to "),
    ),
    (-1.0, re.compile(r" (?:figure|fig\.|table|section|chapter|appendix|listing|equation|page) \(?[\d§]")),
    (-0.5, re.compile(r"[!;:]")),
)
_AT_THE_START = (
    (-1.5, re.compile(r"we (?!(?:will|shall|may|must|can|cannot|do not|pay|cover)\b)")),
    (-1.0, re.compile(r"[^,]{0,30}\b(?:it|they|this)\b")),
    (-0.5, re.compile(r"there\b")),
)
_HEADING_WORD = re.compile(r"\w{4,}")


def _score(statement: str, headings: Sequence[str], language: str) -> float:
    """How much a reader would want the sentence: the sum of the features it has, from 1."""
    if language != "en":
        return 1.0 + min(2, len(numbers_in(statement))) / 2
    lowered = statement.lower()
    words = lowered.split()
    bare = {word.strip(_EDGES) for word in words}
    score = 1.0 + sum(weight for weight, listed in _WORTH if not listed.isdisjoint(bare))
    score += sum(weight for weight, pattern in _ANYWHERE if pattern.search(lowered))
    score += sum(weight for weight, pattern in _AT_THE_START if pattern.match(lowered))
    if headings:
        score += 0.5 * min(2, sum(word in lowered for word in _HEADING_WORD.findall(headings[-1].lower())))
    return score + (0.5 if 8 <= len(words) <= 30 else -0.5 if len(words) > 40 else 0.0)


# --- tables ----------------------------------------------------------------------------------------------

_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_EMPTY_CELLS = frozenset({"", "-", "–", "—", "n/a", "na", "none", "...", "…"})
_TELLS_LITTLE = _words("value values description details definition meaning notes note comment comments content")


def _table(text: str, block: _Block, _code: str) -> Iterator[_Claim]:
    """Rows of a table of two to four columns below a header row."""
    lines = text[block.start : block.end].split("\n")
    if len(lines) < 3 or not _DELIMITER.match(lines[1]):
        return
    header = [strip_markdown(cell) for cell in _cells(lines[0])]
    if not 2 <= len(header) <= 4 or not any(header[1:]) or not all(map(_names_a_column, header)):
        return
    start = block.start + len(lines[0]) + len(lines[1]) + 2
    for line in lines[2:]:
        row = line.strip()
        cells = _cells(row)
        at = start + line.find(row)
        start += len(line) + 1
        if len(cells) == len(header) and (claim := _row(row, cells, header, block.headings, at)):
            yield claim


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _CELL_BORDER.split(line.strip())]
    return cells[line.strip().startswith("|") : len(cells) - line.strip().endswith("|")]


def _names_a_column(cell: str) -> bool:
    return len(cell) <= 40 and len(cell.split()) <= 6 and not cell.endswith((".", "?"))


def _row(row: str, cells: Sequence[str], header: Sequence[str], headings: Sequence[str], at: int) -> _Claim | None:
    """``Flood: Deductible $500; Limit $10,000``, answered by the cells exactly as they stand in the row."""
    name = strip_markdown(cells[0])
    filled = [
        (column, strip_markdown(cell))
        for column, cell in zip(header[1:], cells[1:], strict=True)
        if cell.strip().lower() not in _EMPTY_CELLS
    ]
    answer = "; ".join(value for _, value in filled)
    if not name or len(name) > 80 or " : " in name or not any(map(str.isalnum, answer)):
        return None
    if not _faithful(answer, row):
        return None
    plain = f'What does the table say about "{name}"?'
    questions = [q for q in (_ask_row(name, [c for c, _ in filled if c], headings), plain) if q]
    statement = f"{name}: " + "; ".join(f"{column} {value}".strip() for column, value in filled)
    score = 1.5 + bool(numbers_in(answer))
    return _Claim(at, at + len(row), statement, answer, lambda: iter(questions), score)


def _ask_row(name: str, columns: Sequence[str], headings: Sequence[str]) -> str | None:
    if len(columns) > 1:
        asked = f'What does the table give as {_listed(columns, "en")} for "{name}"{_according_to(headings)}?'
    elif columns and columns[0].lower() not in _TELLS_LITTLE:
        asked = f'What is the {_in_mid_sentence(columns[0], "")} for "{name}"{_according_to(headings)}?'
    else:
        asked = f'What does the table{_under(headings)} say about "{name}"?'
    return asked if len(asked) <= MAX_QUESTION_CHARS else None


_Reader = Callable[[str, _Block, str], Iterator[_Claim]]
_READERS: dict[str, _Reader] = {"prose": _prose, "table": _table}
