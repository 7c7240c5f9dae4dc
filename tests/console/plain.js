// What would do nothing without scripts: buttons that send no form, links that lead nowhere, htmx on anything else.
() => {
  const found = [], told = (e) => e.outerHTML.slice(0, 160);
  for (const e of document.querySelectorAll('button')) {
    const opens = e.type === 'button' && e.hasAttribute('commandfor') && document.getElementById(e.getAttribute('commandfor'));
    if (!opens && !(e.form && e.type === 'submit')) found.push('sends nothing: ' + told(e));
  }
  for (const e of document.querySelectorAll('a:not([aria-disabled])')) if (!e.hasAttribute('href')) found.push('leads nowhere: ' + told(e));
  for (const e of document.querySelectorAll('[hx-get], [hx-post]')) {
    const hears = /from:#live|load|every|intersect|revealed|change|input|toggle|drop/.test(e.getAttribute('hx-trigger') || '');
    if (!hears && !e.matches('a[href], form[action], button[formaction]')) found.push('only htmx: ' + told(e));
  }
  return found;
}
