"""Worth of a sentence to a reader, and the traits that tell it."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline_core.adapters.facts.definitions import says_not
from pipeline_core.adapters.facts.english_words import EDGES, word_set
from pipeline_core.adapters.facts.list_words import says_no
from pipeline_core.domain.sieve import Sieve
from pipeline_core.domain.statement_traits import count_words
from pipeline_core.domain.text import numbers_in

_WORTH = tuple(
    (weight, word_set(words))
    for weight, words in (
        (1.5, "must shall required requires require means mean covers cover covered excludes excluded exclude"),
        (1.5, "entitled liable prohibited limited defined"),
        (0.5, "may can should will includes include provides provide supports contains never not"),
        (-1.0, "this these those such former latter above below following here previously another"),
        (-1.0, "we our i my"),
        (-2.0, "please see"),
        # praise, which is no knowledge
        (
            -0.5,
            "exciting powerful seamless seamlessly elegant unprecedented imperative promising easily crucial vital"
            " paramount pressing disservice unfortunately might could would",
        ),
        (-0.5, "it its they them their he she his her"),
    )
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
    (-1.0, re.compile(r"§ ?\d")),
    (-0.5, re.compile(r"[!;:]")),
)
_AT_THE_START = (
    (-1.5, re.compile(r"we (?!(?:will|shall|may|must|can|cannot|do not|pay|cover)\b)")),
    (-1.0, re.compile(r"[^,]{0,30}\b(?:it|they|this)\b")),
    (-0.5, re.compile(r"there\b")),
    (
        -1.0,
        re.compile(r"(?:there are )?(?:several|many|various|numerous|some|most|a (?:number|variety|few) of)\b[^\d]*$"),
    ),
)
_HEADING_WORD = re.compile(r"\w{4,}")


def score_of(statement: str, headings: Sequence[str], language: str) -> float:
    """Rate the worth of the sentence to a reader: the sum of the features it has, from 1."""
    if language != "en":
        return _score_of_any(statement, headings, language)
    lowered = statement.lower()
    words = lowered.split()
    bare = {word.strip(EDGES) for word in words}
    score = 1.0 + sum(weight for weight, listed in _WORTH if not listed.isdisjoint(bare))
    score += sum(weight for weight, pattern in _ANYWHERE if pattern.search(lowered))
    score += sum(weight for weight, pattern in _AT_THE_START if pattern.match(lowered))
    return score + _of_heading(lowered, headings) + _of_length(len(words))


def _of_heading(lowered: str, headings: Sequence[str]) -> float:
    words = _HEADING_WORD.findall(headings[-1].lower()) if headings else ()
    return 0.5 * min(2, sum(word in lowered for word in words))


def _of_length(words: int) -> float:
    return 0.5 if 8 <= words <= 30 else -0.5 if words > 40 else 0.0


_AMOUNT_SIGN = re.compile(r"[$€£¥₽₴₺₩₹%]|\d\s?°")


def _score_of_any(statement: str, headings: Sequence[str], language: str) -> float:
    """The same sum for a language without a table of words: what an English sentence gets for the same traits."""
    told = traits_of(statement, language)
    score = 1.0 + bool(numbers_in(statement)) + bool(_AMOUNT_SIGN.search(statement))
    score += (
        1.5 * told.get("duty", 0) + told.get("defines", 0) - told.get("first_person", 0) - told.get("hedged", 0) / 2
    )
    score += (says_not(statement) or says_no(statement, language)) / 2
    return score + _of_heading(statement.lower(), headings) + _of_length(count_words(statement))


# Of no language: none of these words.
_TRAITS = {
    "duty": {
        "en": r"\b(?:must|shall|may not|required|requires?|prohibited|entitled|liable|obliged)\b",
        "de": r"\b(?:muss|müssen|darf|dürfen|soll(?:en|te|ten)?|verpflichtet|verboten|erforderlich)\b",
        "fr": r"\b(?:doi(?:t|vent)|ne peu(?:t|vent)|obligatoire|interdit\w*|requis\w*|tenue?s? de)\b",
        "es": r"\b(?:deb(?:e|en|erá|erán)|no pued(?:e|en)|obligatori\w+|prohibid\w+|requier\w+)\b",
        "it": r"\b(?:dev(?:e|ono)|non p(?:uò|ossono)|obbligatori\w+|vietat\w+|richied\w+)\b",
        "pt": r"\b(?:dev(?:e|em|erá|erão)|não pod(?:e|em)|obrigatóri\w+|proibid\w+|requer\w*)\b",
        "nl": r"\b(?:moet(?:en)?|mag niet|mogen niet|verplicht|verboden|vereist)\b",
        "id": r"\b(?:harus|wajib|tidak boleh|dilarang)\b",
        "ru": r"\b(?:долж\w+|обязан\w*|запрещ\w+|необходимо|не допускается)\b",
        "el": r"\b(?:πρέπει|οφείλ\w+|απαγορεύ\w+|απαιτ\w+)\b",
        "pl": r"\b(?:mus(?:i|zą)|należy|powin\w+|zabron\w+|wymag\w+)\b",
        "cs": r"\b(?:mus(?:í|ejí)|nesm(?:í|ějí)|povin\w+|zakáz\w+|vyžad\w+)\b",
        "uk": r"\b(?:повин\w+|мус(?:ить|ять)|зобов\w+|заборон\w+|не можна|необхідно|слід|не дозволя\w+)\b",
        "bg": r"\b(?:трябва|длъж\w+|забран\w+|не може|задължител\w+)\b",
        "hr": r"\b(?:mora(?:ju)?|ne smij\w+|duž\w+|obvez\w+|zabranjen\w+)\b",
        "hu": r"\b(?:kell|köteles\w*|tilos|kötelező|nem szabad)\b",
        "ro": r"\b(?:trebuie|obligat\w*|interzis\w*|nu poate|nu pot|necesar\w*)\b",
        "tr": r"\b(?:zorunlu\w*|gerek\w*|yasak\w*|mecbur\w*|şart\w*)\b|\w(?:meli|malı|amaz|emez)(?:dır|dir|lar|ler)?\b",
        "sv": r"\b(?:måste|ska|skall|får inte|förbjud\w+|skyldig\w*|krävs)\b",
        "da": r"\b(?:skal|må ikke|forbudt|pligt\w*|kræves)\b",
        "no": r"\b(?:skal|må|forbudt|plikt\w*|kreves)\b",
        "fi": r"\b(?:täytyy|pitää|on \w+ttava|ei saa|eivät saa|kielletty\w*|vaaditaan|velvollinen)\b",
        "vi": r"\b(?:phải|không được|cấm|bắt buộc|cần)\b",
        "he": r"חייב|אסור|נדרש|חובה|אין ל",
        "hi": "अनिवार्य|चाहिए|आवश्यक|वर्जित|निषिद्ध",
        "ko": "야 (?:한다|합니다|함)|해야|금지|불가|없(?:다|습니다)|의무|필수",
        "th": "ต้อง|ห้าม|จำเป็น",
        "zh": "必须|应当|应该|须|不得|禁止|严禁|请勿|不可|需要",
        "ja": "なければならない|なければなりません|なりません|ならない|べき|禁止|必要|ないでください|ないこと",
        "ar": "يجب|ينبغي|لا يجوز|يحظر",
        "fa": "باید|نباید|ممنوع|لازم است",
    },
    "defines": {
        "en": r"^[^,;:]{2,80}? (?:is|are) (?:an?|the|one of)\b|\b(?:means|is defined as|refers to)\b",
        "de": r"^[^,;:]{2,80}? (?:ist|sind) (?:eine?|der|die|das)\b|\b(?:bezeichnet|bedeutet|versteht man)\b",
        "fr": r"^[^,;:]{2,80}? (?:est|sont) (?:une?|le|la|les|des|l['’])\b|\b(?:signifie|désigne)\b",
        "es": r"^[^,;:]{2,80}? (?:es|son) (?:una?|el|la|los|las)\b|\bsignifica\b",
        "it": r"^[^,;:]{2,80}? (?:è|sono) (?:una?|uno|il|lo|la|i|le|gli)\b|\bsignifica\b",
        "pt": r"^[^,;:]{2,80}? (?:é|são) (?:uma?|o|a|os|as)\b|\bsignifica\b",
        "nl": r"^[^,;:]{2,80}? (?:is|zijn) (?:een|de|het)\b|\bbetekent\b",
        "id": r"^[^,;:]{2,80}? (?:adalah|merupakan)\b",
        "ru": r"^[^,;:]{2,80}? (?:—|–|-) (?:это )?|\b(?:является|означает)\b",
        "el": r"^[^,;:]{2,80}? (?:είναι) (?:ένα[ςν]?|μια|μία|το|η|ο)\b",
        "pl": r"^[^,;:]{2,80}? (?:to|jest|są)\b|\b(?:oznacza)\b",
        "zh": "^[^，。]{2,30}是(?:一|指)|指的是",
    },
    "first_person": {
        "en": r"\b(?:we|our|us)\b",
        "de": r"\b(?:wir|unser\w*|uns)\b",
        "fr": r"\b(?:nous|notre|nos)\b",
        "es": r"\b(?:nosotros|nuestr\w+|hemos|presentamos|creemos)\b",
        "it": r"\b(?:noi|nostr\w+|abbiamo|presentiamo)\b",
        "pt": r"\b(?:nós|noss\w+|temos|apresentamos|acreditamos)\b",
        "nl": r"\b(?:wij|we|ons|onze)\b",
        "id": r"\b(?:kami|kita)\b",
        "ru": r"\b(?:мы|наш\w*|нас|нам)\b",
        "el": r"\b(?:εμείς|μας)\b",
        "zh": "我们",
        "ja": "私たち|我々",
    },
    "hedged": {
        "en": r"\b(?:for (?:example|instance)|perhaps|might|could be|would be|suppose|likely to|would (?:not )?have)\b",
        "de": r"\b(?:zum beispiel|beispielsweise|vielleicht|z\. ?b\.|möglicherweise|könnten?)\b|\bw(?:är"
        r"|ürd)en?\b.*\b(?:worden|gewesen|haben|sein)\b|\bhätten?\b",
        "fr": r"\b(?:par exemple|peut-être|pourrai(?:t|ent)|(?:aur|ser)ai(?:t|ent))\b",
        "es": r"\b(?:por ejemplo|quizás?|podría\w*|habrían?|hubiera\w*)\b",
        "it": r"\b(?:per esempio|ad esempio|forse|potrebbe\w*|avrebbe\w*|sarebbe\w* stat\w)\b",
        "pt": r"\b(?:por exemplo|talvez|poderia\w*|teriam?)\b",
        "nl": r"\b(?:bijvoorbeeld|misschien|wellicht)\b|\bzou(?:den)?\b.*\b(?:geweest|hebben|zijn)\b",
        "id": r"\b(?:misalnya|contohnya|mungkin)\b",
        "ru": r"\b(?:например|возможно|может быть)\b",
        "zh": "例如|比如|也许|可能",
    },
    # What somewhere in the sentence points at another one.
    "points_inside": {
        "en": r"\b(?:th(?:is|ese|ose)(?! (?:policy|document|standard|agreement|contract)\b)|such an?|latter|they|them"
        r"|their|it|its)\b",
        "de": r"\b(?:diese[rsmn]?|solche[rsmn]?|ihnen|hierbei|hierzu|dies)\b",
        "fr": r"\b(?:cet|cette|ces|cela|celui-ci|celle-ci|ceux-ci)\b",
        "es": r"\b(?:est[aeo]s?|es[ao]s?|dich[ao]s?|ell[ao]s)\b",
        "it": r"\b(?:quest[aeio]|tal[ei]|ess[aeio])\b",
        "pt": r"\b(?:est[ae]s?|ess[ae]s?|isto|isso|n?dest[ae]s?|n?dess[ae]s?)\b",
        "nl": r"\b(?:deze|dit|dergelijke)\b",
        "id": r"\b(?:ini|itu|tersebut)\b",
        "ru": r"\b(?:эт(?:от|а|о|и|ой|ого|их|им|ом)|так(?:ой|ая|ие|их))\b",
        "el": r"\b(?:αυτ(?:ό|ή|ός|ά|ές|οί|ούς|ών|ού|ής|ήν|όν))\b",
        "zh": "该|此|这|其",
    },
}
_COMPILED = {
    trait: {code: re.compile(words, re.IGNORECASE) for code, words in table.items()} for trait, table in _TRAITS.items()
}


def traits_of(statement: str, language: str) -> dict[str, float]:
    """Read the traits of a sentence from its words; none that no row of its language can tell."""
    names, patterns, sieve = _told_in(language)
    traits = dict.fromkeys(names, 0.0)
    for at in sieve.possible(statement):
        traits[names[at]] = float(patterns[at].search(statement) is not None)
    return traits


@cache
def _told_in(language: str) -> tuple[list[str], list[re.Pattern[str]], Sieve]:
    found = {trait: table[language] for trait, table in _COMPILED.items() if language in table}
    return [*found], [*found.values()], Sieve([*found.values()])
