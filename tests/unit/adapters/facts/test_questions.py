"""Questions are asked where one is natural, in plain words of the language, and nowhere else."""

import pytest

from pipeline_core.adapters.facts.definitions import natural_question

ASKED = [
    ("en", "The annual flood deductible is $500.", "What is the annual flood deductible?"),
    ("en", "SMACT is a Python library for materials.", "What is SMACT?"),
    ("en", "Jane Doe was the primary author of version 2.", "Who was Jane Doe?"),
    ("en", "Redis provides a reply primitive for modules.", "What does Redis provide?"),
    ("en", "Deposit insurance consists of three parts.", "What does deposit insurance consist of?"),
    ("en", "Claims must be submitted within 30 days of loss.", "How soon must claims be submitted?"),
    ("en", "Members must report a theft within 24 hours.", "How soon must members report a theft?"),
    ("en", "Closed files are kept for seven years.", "How long are closed files kept?"),
    ("en", "Fire doors must be inspected every six months.", "How often must fire doors be inspected?"),
    ("en", "The premium is payable on 1 May of each year.", "When is the premium payable?"),
    ("en", "The harbour was opened in 1987 by the mayor.", "When was the harbour opened?"),
    ("en", "Old licences can be renewed using the web form.", "How can old licences be renewed?"),
    ("en", "The survey has 75 questions about storms.", "How many questions does the survey have?"),
    ("en", "Liability is limited to $10,000 per event.", "What is liability limited to?"),
    ("en", "The captain is responsible for the cargo.", "What is the captain responsible for?"),
    ("en", "This policy does not cover flood damage.", None),
    ("en", "Flood insurance does not cover parked cars.", "Does flood insurance cover parked cars?"),
    ("en", '"Actual cash value" means cost less depreciation.', 'What does "Actual cash value" mean?'),
    ("en", "Query Language (QL) – A language for data.", "What is Query Language (QL)?"),
    ("en", "Mooring Ring – A ring of steel in a quay.", 'What does "Mooring Ring" mean?'),
    ("de", "Ein Deckungsbeitrag ist eine Zahlung des Kunden.", "Was ist ein Deckungsbeitrag?"),
    ("de", "Die OWASP ist eine offene Gemeinschaft.", "Was ist die OWASP?"),
    ("fr", "L'OWASP est une communauté ouverte.", "Qu'est-ce que l'OWASP ?"),
    ("fr", "Une franchise est une somme à payer.", "Qu'est-ce qu'une franchise ?"),
    ("es", "Una franquicia es una suma que se paga.", "¿Qué es una franquicia?"),
    ("it", "L'OWASP è una comunità aperta.", "Che cos'è l'OWASP?"),
    ("pt", "Uma franquia é uma quantia a pagar.", "O que é uma franquia?"),
    ("nl", "De OWASP is een open gemeenschap.", "Wat is de OWASP?"),
    ("id", "Yayasan OWASP adalah lembaga nirlaba.", "Apa itu Yayasan OWASP?"),
    ("ru", "API — это набор правил.", "Что такое API?"),
]  # fmt: skip
NOT_ASKED = [
    ("en", "Logs that can be modified or deleted are useless for forensic investigations."),
    ("en", "The mean score of divers is higher than that of swimmers."),
    ("en", "The tool is a small program for divers."),
    ("en", "Overlap is a problem of every harbour."),
    ("en", "Random checks rarely result in fines."),
    ("en", "Within 30 days, the insurer must repay the premium."),
    ("en", "Divers were 1.5 times more likely to be insured."),
    ("en", "Several harbours provide a crane for yachts."),
    # praised, placed, numbered: it is not said what it is
    ("en", "Redis is a great choice for queues."),
    ("en", "FastStore is the closest system to Redis in design."),
    ("en", "Tier 2 is the level that most harbours need."),
    ("en", "Duties include mooring, fuelling and checks."),
    ("en", "The hull is repaired using epoxy resin."),
    ("en", "Old moorings are not free berths."),
    ("en", "TCP/IP suite - A set of protocols for networks."),
    # of what has no name nobody asks what it includes, and a number does not say which ones
    ("en", "Modern shipping requires deep harbours."),
    ("en", "Stationary cranes include gantry cranes and jibs."),
    ("en", "Berths were identified using a chart of the port."),
    ("en", "Two harbour boards are responsible for fees."),
    ("en", "The course includes 60 pilot training hours."),
    ("en", "Cranes do not lift the weight of cranes."),
    ("en", "New in 4.0 is a crane for yachts."),
    ("de", "OWASP ist eine moderne Organisation."),
    ("pt", "A OWASP é um novo tipo de organização."),
    ("id", "OWASP adalah jenis organisasi baru."),
    ("de", "Die Prämie ist eine Woche nach der Rechnung fällig."),
    ("de", "Das Verfahren ist ein Versuch."),
    ("pt", "OAuth não é um mecanismo de autenticação."),
    ("id", "Jangan menganggap OWASP adalah perusahaan."),
    # no pattern of these languages is safe, and none of another language may be used
    ("hu", "Az OWASP egy nyílt közösség."),
    ("tr", "OWASP açık bir topluluktur."),
    ("pl", "OWASP to otwarta społeczność."),
    ("", "OWASP is een gemeenschap."),
]


@pytest.mark.parametrize(("language", "sentence", "question"), ASKED)
def test_a_natural_question(language: str, sentence: str, question: str | None) -> None:
    assert natural_question(sentence, language) == question


@pytest.mark.parametrize(("language", "sentence"), NOT_ASKED)
def test_no_question_rather_than_an_awkward_one(language: str, sentence: str) -> None:
    assert natural_question(sentence, language) is None
