// A key presses the button or link that carries it (data-key, data-go), so everything works by mouse and without scripts.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  let leader = "", lastChecked = null, due = 0;

  const point = (row) => {
    all("[data-row][aria-current]").forEach((other) => other !== row && other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  };
  const mark = (row) => { point(row); row.scrollIntoView({ block: "nearest" }); };
  // leaves what is being typed only when told to
  const typed = (field) => field.type !== "hidden" && field.value !== field.defaultValue;
  const mayLeave = () => !(one(".editing[data-unsaved]") || all(".editing :is(input, textarea)").some(typed))
    || confirm("What you typed is not saved. Leave it?");
  const step = (by) => {
    const list = all("[data-row]");
    let at = list.findIndex((row) => row.hasAttribute("aria-current"));
    if (at < 0 && by < 0) at = list.length; do at += by; while (list[at] && !isShown(list[at]));
    const next = list[at], link = next && (next.matches("a[hx-get]") ? next : one("a[hx-get]", next));
    if (link) link.click();
    else if (next) { mark(next); (one("a", next) || next).focus({ preventScroll: true }); }
  };
  const check = (box, to) => { if (box && box.checked !== to) { box.checked = to; box.dispatchEvent(new Event("change", { bubbles: true })); } };
  const select = (isRange) => {
    const list = all("[data-row]").filter(isShown), at = list.findIndex((row) => row.hasAttribute("aria-current"));
    if (at < 0) return;
    const box = one("input[type=checkbox]", list[at]), to = isRange ? true : box && !box.checked;
    const from = isRange && lastChecked ? list.indexOf(lastChecked) : at;
    for (let i = Math.min(from < 0 ? at : from, at); i <= Math.max(from, at); i++) check(one("input[type=checkbox]", list[i]), to);
    lastChecked = list[at];
  };
  const inLists = {
    j: () => step(1), k: () => step(-1), x: () => select(false), X: () => select(true),
    Enter: () => { const row = one("[data-row][aria-current]"); row && (row.matches("a") ? row : one("a", row))?.click(); },
    Escape: () => { const back = one("[data-back]"); back && back.click(); },
    // a bar that is not shown yet has it
    "*": () => one("[data-selected] [name=all_matching]")?.click(),
    "/": () => { const field = all("main input[type=search]").find(isShown) || all("input[type=search]").find(isShown); field ? field.focus() : one("[data-go='g s']")?.click(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing) { if (event.key === "Escape") (one("[data-back]", typing.closest(".editing") || typing) || { click: () => typing.blur() }).click(); return; }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const key = leader ? `${leader} ${event.key}` : event.key;
    leader = !leader && event.key === "g" ? "g" : "";
    const pressed = leader ? null : all("[data-key], [data-go]").find((b) => (b.dataset.key === key || b.dataset.go === key) && isShown(b));
    // a key decides the fact that is marked, once: not while another one is on its way, nor by being held
    const fact = pressed?.closest("[data-of]"), row = one("[data-row][aria-current]");
    const waits = fact && ((row && row.id !== fact.dataset.of) || one("form.htmx-request"));
    if (pressed) { event.preventDefault(); if (!pressed.disabled && !waits && !event.repeat) pressed.click(); }
    else if (!leader && inLists[key]) { event.preventDefault(); inLists[key](); }
  });

  document.addEventListener("click", (event) => {
    const way = event.target.closest("a[href]:not([target=_blank], [hx-target^='#source']), button:not([type=button], .editing button)"), row = event.target.closest("[data-row]");
    if (way && !way.form?.matches(".editing") && !mayLeave()) { event.preventDefault(); event.stopImmediatePropagation(); } else if (row) mark(row);
  }, true);
  // counts what is typed against a least length (data-least), and what is selected (data-selected counts its form's boxes)
  const visible = (field) => [...field.value.replace(new RegExp(field.dataset.blank, "gu"), "")].length;
  const count = () => {
    all("[data-least]").forEach((field) => {
      const have = visible(field), least = Number(field.dataset.least), told = one(`[data-count-of="${field.id}"]`);
      if (told) told.textContent = have < least ? `${least - have} more character${least - have === 1 ? "" : "s"}` : "Long enough";
      all(`[data-needs="${field.id}"]`).forEach((button) => { button.disabled = have < least; });
    });
    all("[data-selected]").forEach((bar) => {
      const n = all(`:is([form="${bar.dataset.selected}"], #${bar.dataset.selected} input)[type=checkbox]:checked:not([name=all_matching])`).length;
      bar.classList.toggle("some", n > 0);
      all("[data-n]", bar).forEach((element) => { element.textContent = n; });
    });
  };
  // the page beside the fact shows its mark, wherever on the page that is
  const settle = () => {
    due = 0; count();
    const marked = one(".sheet .mark"), sheet = marked?.closest(".sheet");
    if (sheet) sheet.scrollTop += marked.getBoundingClientRect().top - sheet.getBoundingClientRect().top - sheet.clientHeight / 3;
    one("[data-row][aria-current]")?.scrollIntoView({ block: "nearest" });
  };
  for (const [name, then] of [["input", count], ["change", count], ["DOMContentLoaded", settle]]) document.addEventListener(name, then);
  // what is marked is what is shown, whatever was loaded; of an answer in several parts the rest follows once, before it is painted
  document.addEventListener("htmx:after:settle", () => {
    const row = document.getElementById(one("[data-of]")?.dataset.of);
    if (row) point(row); due ||= requestAnimationFrame(settle);
  });

  // what is heard while the middle of the page is being asked for is asked for again after it, which may not have seen it yet
  const asked = new Set();
  let isHeard = false;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => { if (ctx.sourceElement.matches("[hx-sync^='#main']")) asked.add(ctx); });
  document.addEventListener("htmx:sse:after:message", () => { isHeard ||= asked.size > 0; });
  const again = () => { if (isHeard && !asked.size) { isHeard = false; all("[hx-sync='#main:drop']").forEach((part) => htmx.trigger(part, "again")); } };
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => { if (asked.delete(ctx)) setTimeout(again); });

  // what was heard and could not be asked for is asked for again: no other event would bring it
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const name = /([\w-]+) from:#live/.exec(ctx.sourceElement.getAttribute("hx-trigger"))?.[1];
    const isAnswered = ctx.response?.status < 500 && ctx.response.headers.has("X-Correlation-ID");
    if (name && !isAnswered && !ctx.status.includes("AbortError")) setTimeout(() => htmx.trigger(one("#live"), name), 2000);
  });

  // what could not be sent is said, and the page stays as it is, whatever a proxy answers in our place
  const lost = (element) => element.matches("a, button, form") && one("#notice").replaceChildren(Object.assign(one("#lost").cloneNode(true), { id: "", hidden: false, className: "notice problem" }));
  document.addEventListener("htmx:error", ({ detail, target }) => {
    if (!detail.ctx || detail.ctx.response) return;
    if (target.id !== "live") { lost(target); return; }
    target.classList.add("lost"); // its extension comes back by itself only after a first connection
    setTimeout(() => htmx.ajax("GET", target.getAttribute("hx-sse:connect"), { source: target }), 2000);
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx?.response && !ctx.response.headers.has("X-Correlation-ID")) { event.preventDefault(); lost(event.target); }
  });
  for (const [name, isLost] of [["htmx:sse:error", true], ["htmx:sse:after:connection", false]])
    document.addEventListener(name, ({ target }) => target.classList.toggle("lost", isLost));
  document.addEventListener("toggle", (event) => { if (event.target.matches?.("details.menu[open]")) one("a, button", event.target)?.focus(); }, true);
})();
