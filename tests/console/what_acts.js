// Everything on a page that is not its own: elements, attributes and addresses that texts would have made.
() => {
  const own = document.querySelector('script[nonce]')?.nonce || '';
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    const told = element.outerHTML.slice(0, 200);
    if (element.classList.contains('evil')) found.push('made by a text: ' + told);
    if (element.matches('base, meta[http-equiv], iframe, frame, object, embed, math, foreignObject, style, template, portal'))
      found.push('no element of ours: ' + told);
    if (element.matches('script') && (!element.nonce || element.nonce !== own)) found.push('script without our nonce: ' + told);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || name === 'srcdoc' || name === 'style') found.push(name + ': ' + told);
      if (/^(data-)?hx-/.test(name) && element.getAttribute('hx-nonce') === null) found.push('htmx without a nonce: ' + told);
      if (/^(href|src|action|formaction|xlink:href|hx-get|hx-post|hx-sse:connect|data|poster)$/.test(name)) {
        const url = new URL(value, location.href);
        if (url.origin !== location.origin) found.push('leads elsewhere: ' + told);
      }
    }
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const open = (walk.currentNode.data.match(/[\u202a-\u202e]/g) || []).length - (walk.currentNode.data.match(/\u202c/g) || []).length;
    let around = walk.currentNode.parentElement;
    if (open < 1 || !around.checkVisibility() || around.closest('textarea, option, select')) continue;
    while (getComputedStyle(around).display === 'inline' && !/isolate|plaintext/.test(getComputedStyle(around).unicodeBidi)) around = around.parentElement;
    const text = around.innerText.trim(), end = walk.currentNode.data.trim().slice(-12);
    if (!text.endsWith(end) && !around.closest('blockquote, pre, .document-text, .says')) found.push('turns what follows: ' + around.outerHTML.slice(0, 300));
  }
  return found;
}
