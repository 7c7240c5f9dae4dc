"""The plain pages that ``review_url`` leads to: HTML without scripts; everything shown is escaped."""

from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline_core.domain.wording import counted

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --quiet: light-dark(#57606a, #9aa4af); --line: light-dark(#d0d7de, #3b434b);
  --box: light-dark(#f6f8fa, #1b2027); --page: light-dark(#fff, #12161b); --ink: light-dark(#1f2328, #e6edf3); }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto 4rem; padding: 0 1rem;
  background: var(--page); color: var(--ink); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin-bottom: .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.quiet { color: var(--quiet); }
.box { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .9rem; margin: .6rem 0; }
.critical { border-left: 4px solid #cf222e; } .warning { border-left: 4px solid #bf8700; }
.box p { margin: .2rem 0; } .text { white-space: pre-wrap; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem;
  overflow-x: auto; font: 13px/1.5 ui-monospace, monospace; }
code { font: 13px ui-monospace, monospace; }
dt { font-weight: 600; margin-top: .8rem; } dd { margin: .2rem 0 0; }
a { color: light-dark(#0969da, #58a6ff); }
</style>
</head>
<body>
{% block body %}{% endblock %}
</body>
</html>
"""
_HOW = """{% macro how(decisions) %}<h2>How to decide</h2>
<dl>{% for one in decisions %}<dt>{{ one.what }}</dt><dd>
<pre>{{ one.command }}</pre><pre>{{ one.request }}</pre></dd>{% endfor %}</dl>
{% endmacro %}"""
_MESSAGE = """{% extends "frame" %}{% block body %}<h1>{{ title }}</h1>
<p>{{ message }}</p>{% if action %}<p>{{ action }}</p>{% endif %}{% endblock %}"""
_DOCUMENT = """{% extends "frame" %}{% from "how" import how %}{% block body %}<h1>{{ title }}</h1>
<p class="quiet">{{ job.stage | words }} · job <code>{{ job.job_id }}</code></p>
<p>{{ why }}</p>
{% if findings %}<h2>{{ findings | length | counted("finding") }}</h2>
{% for one in findings[:most] %}<div class="box {{ one.severity }}">
<p><strong>{{ one.severity }}</strong> <code>{{ one.code }}</code></p><p>{{ one.message }}</p></div>{% endfor %}
{{ rest(findings | length, most) }}{% endif %}
{% if pairs %}<h2>{{ pairs | length | counted("undecided pair") }} of near-duplicates</h2>
{% for pair in pairs[:most] %}<div class="box"><p class="quiet">pair <code>{{ pair.duplicate_id }}</code>,
similarity {{ "%.2f" | format(pair.similarity_score) }}{% if pair.differ %}
· they differ: {{ pair.differ }}{% endif %}</p>
<p><strong>new</strong> {{ pair.staged_text }}</p>
<p><strong>existing</strong> {{ pair.existing_text or "(gone)" }}
<span class="quiet">{{ pair.existing_file or "a question bank" }}</span></p></div>{% endfor %}
{{ rest(pairs | length, most) }}{% endif %}
{% if facts %}<h2>{{ facts | length | counted("undecided fact") }}</h2>
{% for fact in facts[:most] %}<div class="box"><p><strong>{{ fact.title }}</strong></p>
{% if fact.answer is not none %}<p class="text">{{ fact.answer }}</p>{% endif %}
<p class="quiet">“{{ fact.quote }}” · fact <code>{{ fact.question_id }}</code></p>
{% if fact.confidence_words %}<p class="quiet">{{ fact.confidence_words }}</p>{% endif %}</div>{% endfor %}
{{ rest(facts | length, most) }}{% endif %}
{% if left_out %}<h2>{{ left_out | length | counted("fact") }} left out</h2>
<p class="quiet">None of these is published. The most certain come first; approving one by its id includes it.</p>
{% for fact in left_out[:most] %}<div class="box"><p class="text">{{ fact.statement }}</p>
{% if fact.quote != fact.statement %}<p class="quiet">“{{ fact.quote }}”</p>{% endif %}
<p>{{ fact.why }}</p>
<p class="quiet">fact <code>{{ fact.question_id }}</code></p></div>{% endfor %}
{{ rest(left_out | length, most) }}{% endif %}
{% if decisions %}{{ how(decisions) }}{% endif %}
{% if others %}<h2>Also waiting</h2><ul>{% for one in others %}
<li><a href="{{ one.url }}">{{ one.filename }}</a>
<span class="quiet">{{ one.stage | words }}</span></li>{% endfor %}</ul>{% endif %}{% endblock %}"""
_BATCH = """{% extends "frame" %}{% from "how" import how %}{% block body %}<h1>{{ title }}</h1>
<p class="quiet">batch <code>{{ batch.batch_id }}</code> · {{ batch.status }}</p>
<p>{{ batch.total | counted("question") }}: {{ batch.pending }} pending, {{ batch.approved }} approved,
{{ batch.rejected }} rejected, {{ batch.duplicate }} duplicate, {{ batch.imported }} imported.
{% if not batch.is_matched %}A worker still has to compare them with existing questions.{% endif %}</p>
{% if pairs %}<h2>{{ pairs | length | counted("undecided pair") }} of near-duplicates</h2>
{% for pair in pairs[:most] %}<div class="box"><p class="quiet">pair <code>{{ pair.duplicate_id }}</code></p>
<p><strong>new</strong> {{ pair.staged_text }}</p>
<p><strong>existing</strong> {{ pair.existing_text or "(gone)" }}</p></div>{% endfor %}
{{ rest(pairs | length, most) }}{% endif %}
{% if questions %}<h2>{{ batch.pending | counted("undecided question") }}</h2>
{% for one in questions[:most] %}<div class="box"><p><strong>{{ one.title }}</strong></p>
{% if one.answer is not none %}<p class="text">{{ one.answer }}</p>{% endif %}
<p class="quiet">question <code>{{ one.question_id }}</code></p></div>{% endfor %}
{{ rest(batch.pending, most) }}{% endif %}
{{ how(decisions) }}{% endblock %}"""

MOST = 25
"""Of each kind on a page; the commands list all."""


def _rest(count: int, most: int) -> str:
    return f"… and {count - most:,} more: the command and the request list all." if count > most else ""


_PAGES = {"frame": _FRAME, "how": _HOW, "message": _MESSAGE, "document": _DOCUMENT, "batch": _BATCH}


def _environment() -> Environment:
    made = Environment(loader=DictLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    made.filters["counted"] = counted
    made.filters["words"] = lambda value: str(value).replace("_", " ")
    made.globals["rest"] = _rest
    made.globals["most"] = MOST
    return made


_ENVIRONMENT = _environment()


def page(name: str, **shown: Any) -> str:
    """The page of this name (``message``, ``document``, ``batch``) as HTML."""
    return _ENVIRONMENT.get_template(name).render(**shown)
