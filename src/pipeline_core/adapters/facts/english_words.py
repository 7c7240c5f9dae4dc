"""English words by what they do in a sentence, as far as a question needs it."""

import re


def word_set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


EDGES = ".,;:!?()[]\"'“”‘’*"

BE = word_set("is are was were")
MODALS = word_set("must shall should may can will could would might cannot")
DO = word_set("does do did")
AUXILIARIES = BE | MODALS | word_set("has have had")
PLURAL = word_set("are were have do")
# Verbs whose object can be asked for with "what".
_TRANSITIVE = word_set("""
accept accompany achieve acquire add address adopt advise affect aggregate allow analyze apply appoint
approve assess assign assume attach authorize avoid award base bear bring build calculate call cancel carry
cause challenge change charge check choose collect combine compare complete comprise compute conduct confirm
consider constitute construct contain control convert cost cover create decrease deduct define deliver
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
trigger undergo undermine underpin use utilize validate verify view violate waive want weigh yield
""")
_LIGHT = word_set("allow bear bring form give help hold keep leave make set take use")
ASKABLE = _TRANSITIVE - _LIGHT
WITH_PREPOSITION = {
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
TO_DO = word_set("aim attempt fail have intend need plan seek strive tend try want")
# These are nouns as often: only an object behind them shows the verb.
NOUN_TOO = word_set("""
address attach award base call cause challenge change charge check control cost cover display document estimate
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


BASES = frozenset({*_TRANSITIVE, *WITH_PREPOSITION, *TO_DO})
THIRD_PERSON = {_third_person(verb): verb for verb in BASES}
FINITE = word_set("""
is are was were must shall should may can will could would might cannot has had have does do did became
becomes remains remain went goes occurs occur happens exists exist works began grew rose fell showed found
made took gave said led left met held kept sent paid built brought won lost meant came got ran knew struck
expires equals isn't aren't don't doesn't can't won't opens closes appears varies arises falls rises grows
continues stops lies stands runs starts comes seems lasts looks acts
""")
# Past tenses that stand without an object: "Revenue increased by 5%."
PAST = word_set("""
amounted changed closed consisted contributed declined decreased dropped ended expanded expired gained
improved increased lasted moved occurred opened reached remained resulted started totalled totaled
""")
NO_START = word_set("is are was were does has have having been")
IMPERATIVES = word_set("""
verify ensure use avoid do don't never always implement define limit make check keep set follow enforce
validate require disable enable restrict store encrypt review log monitor perform apply provide consider
configure protect separate compare reject remove return rotate report contact submit notify call send inform
retain tell ask take read open close press turn switch
""")
DETERMINERS = word_set("""
a an the this that these those all any each every some no its their our your one two three four five six
seven eight nine ten several many most more both multiple various other only additional different new
""")
PREPOSITIONS = word_set("""
about above across after against along among around as at because before behind below beneath beside between
beyond by despite down during except for from if in inside into like near of off on onto out over past per
regarding since so than through throughout till to toward towards under until unlike up upon via when where
while with within without which who that and or but
""")
NOT_BEFORE_VERBS = DETERMINERS | PREPOSITIONS - {"and", "or", "but"}
INTRODUCING = word_set("""
after although as at because before by despite during following for from given if in on once since through
throughout to under unless until upon via when where whereas while whilst with within without
""")
ENDS_SUBJECT = word_set("""
that which who whom whose where when if because while although unless as than so whether how why what
""")
ADVERBS = word_set("""
also always typically generally usually often currently normally then still now thus therefore already
further primarily mainly mostly directly explicitly automatically simply clearly frequently commonly
specifically additionally further furthermore both all instead
""")
NO_SUBJECT = word_set("""
it they he she there this these those that i what who some most all many others none everything nothing
one almost everyone anyone someone somebody nobody
""")
# Endings of common nouns, few of names.
COMMON_ENDING = re.compile(
    r"(?:tion|ment|ness|ity|ance|ence|ship|ism|ing|ers?|ors?|ees?|ants?|als?|ages?|ures?|es|[bdgklmnprt]s)$"
)
# What is counted or paid: "€4", "480", "EUR 30".
AMOUNT = re.compile(r"(?:[$€£¥]|(?:eur|usd|gbp|chf|us\$)\b)?\s?\d|(?:eur|usd|gbp|chf)$")
# Citations, examples, abbreviations; "method(s)" is a word.
ASIDE = re.compile(r" \([^()]*\)")
NOT_IN_NAME = re.compile(r"[(),;:\"“”\[\]]| [-–—] ")
NO_SUBJECT_START = IMPERATIVES | INTRODUCING | word_set("and or but such almost everyone")
LEADING_ADVERB = re.compile(r"(?:\w+ly|Today|Often),$")
