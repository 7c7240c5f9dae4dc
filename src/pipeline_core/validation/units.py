"""Units of measure, in the languages that statements are compared in."""

CURRENCIES = r"usd|eur|gbp|chf|dollars?|d[oó]lares|euros?|pounds?|francs?|franken"
UNITS = (
    r"%|‰|percent|per ?cent|prozent|pour ?cent|por ?ciento|por ?cento|procent|"
    rf"{CURRENCIES}|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|"
    r"secondes?|heures?|jours?|semaines?|mois|ans|années?|segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|"
    r"anos?|secondi|minuti|ore|giorni|settimane|mesi|anni|seconden|uur|dagen|weken|maanden|jaar|"
    r"[kmµ]?g|[kcmµ]?m|m[l²³]|l|km/h|mph|°[cf]|[km]?[vw]|k?wh|[kmg]?hz|[kmgt]i?b|"
    r"milli?on(?:en|es|s|i)?|persons?|people|members?|employees?|personen|personnes|personas|persone|pessoas"
)
