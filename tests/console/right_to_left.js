// What begins with a letter that is written from right to left, and is laid out from left to right all the same.
() => {
  const rtl = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}]/u, found = [];
  const follows = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.direction === 'rtl' || style.unicodeBidi === 'plaintext') return true;
      if (style.display !== 'inline') return false;
    }
  };
  const told = (e, text) => found.push(`${e.tagName} ${e.className}: ${text.slice(0, 40)}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode()); ) {
    const e = node.parentElement;
    if (rtl.test(node.data) && e.checkVisibility() && !e.closest('option, title, .hidden') && !follows(e)) told(e, node.data);
  }
  for (const e of document.querySelectorAll('input, textarea'))
    if (e.checkVisibility() && rtl.test(e.value) && getComputedStyle(e).direction !== 'rtl') told(e, e.value);
  return found;
}
