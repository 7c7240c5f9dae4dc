"""Which language a text is in, guessed from its script and its most common words: pure.

Codes are those of ISO 639-1; "" stands for what cannot be told, and what cannot be told may be any language.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")),
    ("gu", re.compile("[\u0a80-\u0aff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("kn", re.compile("[\u0c80-\u0cff]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")),
    ("am", re.compile("[\u1200-\u137f]")),
    # scripts of several languages, which their words tell apart
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("latin", re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")),
)
_WORDS_OF = {
    "latin": {
        "en": "the and of to is in that for with are be this as on or by it from at an which not was have has must",
        "de": "der die das und ist nicht mit den von zu für ein eine werden dass oder im auf dem sich des auch wird",
        "fr": "le la les des et est une dans pour que qui sur par avec du au ou un ne pas ce sont aux cette être il",
        "es": "el la los las de y que en una por con para es del se un como no su lo al más o son este está debe puede",
        "pt": "o a os as de e que em uma para com não do da por são no na um dos das ao mais ou é pelo pela deve pode",
        "gl": "o a os as de e que en unha para con non do da por son no na un dos das ao máis ou é polo pola debe pode",
        "ca": "el la els les de i que en una per amb no del són al un dels més o és aquest aquesta ha pel als cada",
        "it": "il lo la gli le di e che in una per con non del della è sono nel un dei delle alla si come da più deve",
        "ro": "și de la în a cu pe nu este sunt din care o un pentru se sau ale prin mai fi al cele trebuie după",
        "nl": "de het een en van is dat niet met voor zijn op aan door worden in te of bij wordt als ook deze naar",
        "af": "die en van is nie met vir 'n wat op het word om te in deur moet of kan aan as dat hierdie",
        "da": "og at det er til af på med for ikke de der som har kan skal fra eller ved blive også efter hvis være",
        "nb": "og å det er til av på med for ikke de som et har kan skal fra eller ved bli også etter hvis være",
        "sv": "och att det är den till av på med för inte de som ett har kan ska från eller vid bli också efter om",
        "is": "og í að er ekki á sem til við um það en af með fyrir hann verður eða eru ef frá skal",
        "fi": "ja on ei se että tai kun ovat joka voi sen mutta myös oli sekä hän tulee kanssa jos ole niin",
        "et": "ja on ei see et või kui oma mis ning ka kes oli tuleb pole siis peab selle",
        "hu": "a az és nem hogy egy van is meg vagy de ha ez mint csak azt kell után amely minden",
        "pl": "i w na z nie się do jest to że od za oraz przez lub po są dla jak przed może być który musi tym",
        "cs": "a v na se je že s z do pro není nebo jsou k který které musí být od po jako ve při podle však",
        "sk": "a v na sa je že s z do pre nie alebo sú k ktorý ktoré musí byť od po ako vo pri podľa však",
        "sl": "in v na se je da z za so ki ne s po ali bi kot od pri mora biti lahko tudi pa iz",
        "hr": "i u na se je da za su ne s od koji koja ili kao po iz biti mora može što prije sve nije",
        "lt": "ir yra kad iš su ne į tai ar kaip už turi būti bet nuo pagal per arba",
        "lv": "un ir ka no ar uz par nav vai kas pie tas kā pēc jābūt bet līdz var tiek",
        "tr": "ve bir bu için ile de da olarak olan çok gibi daha en değil veya kadar sonra her ise olmalıdır",
        "id": "dan yang untuk dengan pada dari tidak ini itu dapat adalah di ke oleh atau dalam akan harus",
        "vi": "và của là các có được trong cho không với một này người khi từ để đến phải theo những",
        "sq": "dhe të në për me është që nga një nuk si ose duhet e i më janë",
        "eu": "eta da ez bat du dira edo dute hau izan behar den ere",
        "cy": "yn y yr a i o ar mae ei bod am gan nad oes neu hefyd",
        "ga": "agus an na ar is le go sé tá bhí nach nó de do seo sin",
        "mt": "u ta li il fil ma minn għal huwa hija jew dan din hemm mhux",
        "sw": "na ya wa kwa ni katika za la kuwa hii au lazima si",
        "tl": "ang ng sa mga na at ay hindi ito para kung may dapat o",
    },
    "cyrillic": {
        "ru": "и в не на что с по для как это от из к или быть при до если также его их был же мы",
        "uk": "і в не на що з для як це від або до є та бути при його її також якщо про за у ї",
        "be": "і ў не на што з для як гэта ад або да і быць пры яго таксама калі у за ён",
        "bg": "и в не на че с за като това от или да се са при до ако също е по към със",
        "mk": "и во не на што со за како ова од или да се при до ако исто е по кон се ќе",
        "sr": "и у не на што са за као ово од или да се су при до ако такође је по ће који",
    },
    "arabic": {
        "ar": "في من على أن إلى هذا التي الذي أو مع لا ما عن كان هو هذه بعد كل يجب",
        "fa": "و در به از که این را با است برای آن یا یک می شود باید خود تا",
        "ur": "کے میں کی ہے اور سے کا کو پر نے ہیں یہ کہ یا نہیں لیے ایک",
    },
    "devanagari": {
        "hi": "के है में की और से का को पर यह हैं नहीं या एक लिए कि होना",
        "mr": "आहे आणि या च्या मध्ये हे ते नाही किंवा आहेत एक साठी व की",
        "ne": "छ र को मा का लागि हो यो छन् पनि वा एक हुन्छ गर्न भने",
    },
}
# Letters that one language has and those most like it have not.
_LETTERS_OF = {
    "latin": {
        "pt": "ãõ", "es": "¿¡", "ca": "ŀ", "de": "ß", "ro": "țșă", "pl": "łąęśżźń", "cs": "ěřů",
        "sk": "ľĺŕô", "hu": "őű", "tr": "ğışı", "lt": "ųėįū", "lv": "ņļģķ", "is": "þð", "hr": "đć", "et": "õ",
        "vi": "ơưđạảấầẩậắằặẹẻếềểệỉịọỏốồổộớờởợụủứừửựỳỵỷ", "mt": "ħġż",
    },
    "cyrillic": {"ru": "ыэё", "uk": "їєґ", "be": "ў", "bg": "ъщ", "mk": "ѓќѕ", "sr": "ђћ"},
    "arabic": {"fa": "پچژگ", "ur": "ٹڈڑےں"},
    "devanagari": {},
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’]n\b)?|'n\b")
_SAMPLE = 4000
_LEAST = 2.0
_CLEARLY = 1.25
_MOST = 0.8
"""A document whose chunks agree to this share is in one language."""


def _by_word(words_of: dict[str, str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, words in words_of.items():
        for word in dict.fromkeys(words.split()):
            found[word].append(code)
    return dict(found)


_LANGUAGES_OF_WORDS = {script: _by_word(words_of) for script, words_of in _WORDS_OF.items()}


def guess_language(text: str) -> str:
    """The language that most of the text is clearly in; "" where none is, as in few words or in figures."""
    sample = text[:_SAMPLE].lower()
    found = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS}
    # two of these say what several letters of an alphabet do
    weighed = {name: count * (3 if name in {"zh", "ja", "ko"} else 1) for name, count in found.items()}
    script = max(weighed, key=weighed.__getitem__)
    if not weighed[script]:
        return ""
    if script == "zh" and found["ja"] * 10 > found["zh"]:
        script = "ja"
    return _by_words(script, sample) if script in _LANGUAGES_OF_WORDS else script


def _by_words(script: str, sample: str) -> str:
    points: defaultdict[str, float] = defaultdict(float)
    languages_of_words = _LANGUAGES_OF_WORDS[script]
    words = _WORD.findall(sample)
    for word in words:
        codes = languages_of_words.get(word, ())
        for code in codes:
            # a word of many languages tells little
            points[code] += 1 / len(codes)
    for code, letters in _LETTERS_OF[script].items():
        points[code] += 0.5 * sum(map(sample.count, letters))
    second, most = sorted([0.0, 0.0, *points.values()])[-2:]
    if most < _LEAST or most < second * _CLEARLY or most * 15 < len(words):
        return ""
    return max(points, key=points.__getitem__)


def languages_of(texts: Sequence[str]) -> list[str]:
    """The language of each part of one document or question bank.

    That of the whole, which a short text does not tell by itself; in a text of several languages, each part's own.
    """
    own = [guess_language(text) for text in texts]
    whole = _prevailing(zip(own, texts, strict=True)) or (guess_language("\n".join(texts)) if not any(own) else "")
    return [whole or code for code in own]


def _prevailing(parts: Iterable[tuple[str, str]]) -> str:
    lengths: Counter[str] = Counter()
    for code, text in parts:
        if code:
            lengths[code] += len(text)
    [(best, most)] = lengths.most_common(1) or [("", 0)]
    return best if most >= _MOST * lengths.total() else ""


def may_be_one(left: str, right: str) -> bool:
    """Whether texts in these languages can say the same in the same language."""
    return not left or not right or left == right
