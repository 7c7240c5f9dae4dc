"""Words that a comparison of two texts must know: light ones and opposites (English)."""

from collections.abc import Collection

# Quantifiers (all, each, any, only, more, less) stay out: they carry meaning.
STOP_WORDS = frozenset(
    """a an the of to in on at by for from with as into about is are was were be been being am and or but if then than
    that this these those it its he she they them his her their there here i me my you your we our us do does did done
    has have had having will would can could should may might shall what which who whom whose when where why how so
    such just also too very s t re ve ll please""".split()  # noqa: SIM905
)

_OPPOSITES = """
above/below absent/present accept/reject accept/refuse accepted/rejected accepted/refused active/inactive
after/before against/for all/none allow/forbid allowed/forbidden allowed/prohibited always/never
annual/monthly approve/reject approved/rejected arrive/leave ascending/descending asleep/awake bad/good
beautiful/ugly begin/end beginning/end best/worst better/worse big/little big/small black/white bottom/top
buy/sell bought/sold bright/dark cheap/expensive clean/dirty close/open closed/open cold/hot credit/debit
day/night daily/monthly daily/weekly dead/alive death/birth decrease/increase decreased/increased
decreases/increases deep/shallow deposit/withdraw deposited/withdrawn depart/arrive difficult/easy down/up
downward/upward dry/wet early/late earlier/later earliest/latest east/west easy/hard empty/full
enable/disable enabled/disabled enter/exit enemy/friend exclude/include excluded/included excludes/includes
excluding/including exclusive/inclusive export/import exports/imports external/internal fail/pass
fail/succeed fall/rise fast/slow faster/slower fastest/slowest fat/thin female/male few/many fewer/more
fewest/most final/first final/initial find/lose first/last follow/lead former/latter forward/backward front/back
future/past gain/loss gain/lose give/take give/receive gave/took gives/takes happy/sad hate/love hated/loved
heavy/light hers/his high/low higher/lower highest/lowest horizontal/vertical husband/wife in/out input/output
inside/outside join/leave kings/queens king/queen large/small larger/smaller largest/smallest least/most
left/right legal/illegal less/more lend/borrow long/short longer/shorter longest/shortest lose/win lost/won
loser/winner loses/wins major/minor man/woman men/women boy/girl boys/girls mandatory/optional
required/optional maximum/minimum maximal/minimal max/min maximize/minimize modern/ancient monthly/weekly
monthly/yearly weekly/yearly narrow/wide near/far nearest/farthest negative/positive new/old newer/older
newest/oldest north/south northern/southern eastern/western odd/even off/on older/younger oldest/youngest
old/young over/under pass/fail passed/failed peace/war permit/forbid permitted/forbidden permitted/prohibited
plus/minus poor/rich private/public profit/loss pull/push quick/slow quiet/loud raise/lower rare/common
receive/send received/sent rejected/confirmed remember/forget remote/local rough/smooth safe/dangerous
same/different save/spend sender/recipient sick/healthy simple/complex single/married single/double soft/hard
start/end start/finish start/stop started/ended started/stopped strong/weak stronger/weaker sunrise/sunset
temporary/permanent thick/thin tight/loose together/apart true/false uncle/aunt uncommon/common upper/lower
victory/defeat warm/cool with/without wrong/right yes/no
"""
TURNING_PREFIXES = (
    "un", "in", "im", "il", "ir", "non", "dis", "mis", "anti", "de", "bi", "semi", "over", "under", "pre", "post"
)  # fmt: skip
_SHORTEST_STEM = 4


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        left, right = pair.split("/")
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES = _opposites()


def any_opposite(left: Collection[str], right: Collection[str]) -> bool:
    """Returns whether words of both sides are opposites: ``first`` / ``last``, ``insured`` / ``uninsured``."""
    here, there = set(left), set(right)
    return (
        any(not there.isdisjoint(OPPOSITES[word]) for word in here if word in OPPOSITES)
        or any(stem in there for word in here for stem in _stems(word))
        or any(stem in here for word in there for stem in _stems(word))
    )


def _stems(word: str) -> list[str]:
    if not word.startswith(TURNING_PREFIXES):
        return []
    stems = (word.removeprefix(prefix) for prefix in TURNING_PREFIXES if word.startswith(prefix))
    return [stem for stem in stems if len(stem) >= _SHORTEST_STEM]
