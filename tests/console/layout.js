// What does not fit: text beyond the window's edge, or cut by a box that neither scrolls nor says so with an ellipsis.
() => {
  const found = [], told = (e) => (e.className.baseVal ?? e.className) + ' "' + e.textContent.trim().slice(0, 50) + '"';
  const more = document.documentElement.scrollWidth - innerWidth;
  if (more > 0) found.push('the page scrolls sideways by ' + more);
  const scrolls = (e) => { for (; e; e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true; return false; };
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.matches('.hidden, .skip, option, script, text, title') || e.closest('.hidden, dialog:not([open])') || !e.checkVisibility({ visibilityProperty: true })) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!box.width || style.fontSize === '0px') continue;
    if (more <= 0 && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(e)) found.push('beyond the edge: ' + told(e));
    const clips = /hidden|clip/.test(style.overflowX);
    if (clips && e.scrollWidth > e.clientWidth + 1 && style.textOverflow !== 'ellipsis') found.push('cut: ' + told(e));
    if (/hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 3 && style.webkitLineClamp === 'none') found.push('cut below: ' + told(e));
  }
  return found;
}
