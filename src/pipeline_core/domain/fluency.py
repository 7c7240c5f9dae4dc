"""Fit of letters to a language: by how often it uses each, from the commonest to the rarest."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

# Of languages in Latin letters: the letters beyond ASCII (the others are the same bytes in every encoding), and words.
_LATIN = (
    ("éèïöñ", "the and of to in is for with that on be by or as at"),  # English
    ("łęąóżśćńź", "i w na z do nie jest za od po przez dla oraz się że"),  # Polish
    ("íáěéřčžýšůúťďňó", "a je v na se že do po za od pro jsou nebo by jako"),  # Czech
    ("áíéčýžšťľúňôäóďŕĺ", "a je v na sa že do po za od pre alebo sú ako z"),  # Slovak
    ("éáöóőíüúű", "a az és nem hogy van egy meg is ha vagy után"),  # Hungarian
    ("čšžćđ", "i je u na se da za od do koji su ne in v z ki"),  # Croatian, Slovene
    ("ăşţîâ", "de la este un o cu pe din în lei nu sau pentru se ce"),  # Romanian, as it was written in eight bits
    ("ășțîâ", "de la este un o cu pe din în lei nu sau pentru se ce"),  # Romanian
    ("ėšųžįūčąę", "ir yra su per iš kad į ne nuo bei ar kaip už"),  # Lithuanian
    ("āīēšņūļģžčķŗō", "ir un no par ar uz tas bet vai ka pie"),  # Latvian
    ("äõüöšž", "ja on ei ning et see kui või oma ka"),  # Estonian
    ("ışüçğöâîû", "ve bir bu da de için ile olarak veya iki her gün"),  # Turkish
    ("üäöß", "der die das und ist im in den von zu mit nicht ein eine"),  # German
    ("éàèêçôîûùâœëïüÿæ", "le la les de des et est un une du en par que dans il"),  # French
    ("óíáéñúü", "el la los de y que en un una por es al se con del"),  # Spanish
    ("ãçéáíóêõúâàô", "o a os de do da e em um uma que por com no na"),  # Portuguese
    ("àèòùéìóí", "il la di e che un una per in con del della è non si"),  # Italian
    ("àéóèòíçúïü", "el la els de i que en un una per es amb del les"),  # Catalan
    ("éëïöüèêá", "de het een en van is in op voor met niet dat te"),  # Dutch
    ("äåöé", "och att det som en på är av för med den till inte"),  # Swedish
    ("äöå", "ja on ei se että kun tai ovat mutta oli"),  # Finnish
    ("øåæé", "og det er i som en på til av af for med den ikke"),  # Danish, Norwegian
    ("áðíéþúöóæý", "og að er í á sem það við um til en ekki"),  # Icelandic
    ("ëç", "dhe të në e i për me një nga që është"),  # Albanian
)
_OTHER = (
    "оеаинтсрвлкмдпугяыьзбчйхжшюцщэфъё",  # Russian
    "оанивіретсклумдпязьбгйчхцїжюєщшфґ",  # Ukrainian
    "анеіыоскрялтудмпвгзбцьўчйшжхюэёф",  # Belarusian
    "аиоентрсвлкдпмзгъябучщжцхйюшфь",  # Bulgarian
    "аоиенрсјтукмвлдпзгбљњчшжхћцђфџ",  # Serbian
    "аоиенртсвкдлпмуајгзбчшцжќѓњфхљџѕ",  # Macedonian
    "αοιετνσρηπκυλςωμίόάγέδήθώχφύβξζψϊϋ",  # Greek
    "יוהלרבתמאשנעםדקחפסכגטצןזךףץ",  # Hebrew
    "اليمونرتبةعدسفهكقأحجشطصىخإضذثزغئءظؤآ",  # Arabic
    "ایردنهومتبسلکشزفگعخقجآپحطصضذثژغئ",  # Persian
    "านรอก\u0e48เง\u0e49มยลวด\u0e31\u0e35ท\u0e34สตะปบ\u0e37ค\u0e38หแจพช\u0e39ขใไ\u0e4cโซ\u0e47\u0e33ถผณภธศญฟ",  # Thai
)
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家"
    "种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日月元同约合租人第条内付"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作里用道行所然家"
    "種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日月元約合租第條內付"
)
_KANJI = (
    "日一人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午書先名川千水半男電"
    "校語者事会社的方合同場第条定業地自国部手体力理用対法物内実当通発度性"
)
_SYLLABLES = "이다에의는로하을가고지서한은기으년대사시를리도인스일자정전상수어제아보주해나부과장라성만들그"

_WORD = re.compile(r"[^\W\d_]+")
_KNOWN, _OWN = 1 / 12, 1 / 4
"""The share of a text's words that are at least the commonest of its language, or in its letters."""
_WITHOUT_WORDS = 0.5
_STRAY = 0.1
_FLOOR, _RARE = 0.004, 1e-5
"""Weight of a letter, or an ideograph, that the language does not use."""


@dataclass(frozen=True, slots=True)
class _Language:
    """The share that each letter has, and any other. ``usual``: the mean of the shares' logarithms in its texts."""

    shares: Mapping[str, float]
    of_others: float
    usual: float
    words: frozenset[str] = frozenset()


def fluency(text: str, encoding: str) -> float:
    """From 0 to 1: how well the letters beyond ASCII fit the language that they and the words around fit best."""
    lower = text.lower()
    letters = Counter(c for c in lower if c > "\x7f" and unicodedata.category(c)[0] in "LM" and c not in "ªºµ")
    if not letters:  # a stray byte and the letter after it are a sign of these
        return _STRAY if encoding in _IDEOGRAPHIC else 1.0
    words = Counter(_WORD.findall(lower))
    return max(_fit(letters, language) * _wording(words, language) for language in _languages(encoding))


@cache
def _all_common() -> frozenset[str]:
    return frozenset(word for _, words in _LATIN for word in words.split())


def is_common_word(word: str) -> bool:
    """Returns whether the lower-case word is one of the commonest of a language in Latin letters: "of", "und", "la"."""
    return word in _all_common()


def common_words(words: Sequence[str]) -> float:
    """The share of the words, in lower case, that are the commonest of the language that has most of them.

    -1 where more words than not are in letters other than Latin ones: their languages are not known by words.
    """
    counts = Counter(words)
    latin = sum(count for word, count in counts.items() if unicodedata.name(word[0], "").startswith("LATIN"))
    if not words or 2 * latin < len(words):
        return -1.0
    return max(sum(counts[word] for word in language.words) for language in _languages("")) / len(words)


def _fit(letters: Counter[str], language: _Language) -> float:
    mean = sum(count * log(language.shares.get(letter, language.of_others)) for letter, count in letters.items())
    return min(1.0, exp(mean / letters.total() - language.usual))


def _wording(words: Counter[str], language: _Language) -> float:
    """Less where words say nothing for the language: its commonest ones, or any in its letters if those are its own."""
    if not words:
        return 1.0
    if language.words:
        known = sum(words[word] for word in language.words) / _KNOWN
    else:
        known = sum(count for word, count in words.items() if word[0] in language.shares) / _OWN
    return _WITHOUT_WORDS + (1 - _WITHOUT_WORDS) * min(1.0, known / words.total())


@cache
def _languages(encoding: str) -> tuple[_Language, ...]:
    if encoding in _IDEOGRAPHIC:
        return tuple(_of_classes(*classes) for classes in _IDEOGRAPHIC[encoding])
    return (
        *(_of_letters(letters, 3.0, words) for letters, words in _LATIN),
        *(_of_letters(letters, 9.0) for letters in _OTHER),
    )


def _of_letters(letters: str, fall: float, words: str = "") -> _Language:
    """Each letter so much rarer than the one before it that after ``fall`` letters it has a third of the share."""
    weights = [exp(-rank / fall) for rank in range(len(letters))]
    shares = {letter: weight / sum(weights) for letter, weight in zip(letters, weights, strict=True)}
    return _Language(shares, _FLOOR, sum(share * log(share) for share in shares.values()), frozenset(words.split()))


def _of_classes(*classes: tuple[str, float]) -> _Language:
    """Characters by classes, each with the share of a text that it has; what stands in no class is rare."""
    shares: dict[str, float] = {}
    for characters, share in classes:
        new = set(characters) - shares.keys()
        shares |= dict.fromkeys(new, share / len(new))
    return _Language(shares, _RARE, sum(share * log(share) for share in shares.values()))


def _level(codec: str, first: int, last: int) -> str:
    """The characters that an East Asian standard counts among the common ones, by their first bytes."""
    pairs = (bytes([high, low]) for high in range(first, last + 1) for low in range(0x40, 0xFF))
    return "".join(pair.decode(codec, errors="ignore") for pair in pairs)


_HIRAGANA = "のにるたとはしいをでてがなれからさっりすあもこまうくよきんめおけそつだやえどわちみ"
_HIRAGANA += "せじばへびずろほげむべひょゆぶごゃねふぐ"
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30FD)))
_JAPANESE = ((_HIRAGANA, 0.5), (_KATAKANA, 0.12), (_KANJI, 0.13), (_level("cp932", 0x88, 0x97), 0.25))
_CHINESE = (
    ((_SIMPLIFIED, 0.4), (_level("gb2312", 0xB0, 0xD7), 0.6)),
    ((_TRADITIONAL, 0.4), (_level("big5", 0xA4, 0xC6), 0.6)),
)
_KOREAN = (((_SYLLABLES, 0.45), (_level("euc_kr", 0xB0, 0xC8), 0.55)),)
_IDEOGRAPHIC = {
    "gb18030": _CHINESE,
    "big5hkscs": _CHINESE,
    "cp932": (_JAPANESE,),
    "euc_jis_2004": (_JAPANESE,),
    "cp949": _KOREAN,
}
