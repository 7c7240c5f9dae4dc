// Words of a source are boxes of a form: the first and the last are checked, and all between them are meant.
(() => {
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const mean = (root, boxes) => {
    const of = all("input[name=word]", root), from = of.indexOf(boxes[0]), to = of.indexOf(boxes.at(-1));
    of.forEach((box, n) => {
      box.checked = boxes.length > 0 && (n === from || n === to);
      box.parentElement.classList.toggle("own", boxes.length > 0 && n >= from && n <= to);
    });
    const said = boxes.length ? of.slice(from, to + 1).map((box) => box.parentElement.textContent).join(" ") : "";
    document.querySelector("[data-marked]").textContent = said;
  };
  document.addEventListener("change", ({ target }) => {
    const root = target.name === "word" && target.closest("[data-source]");
    if (!root) return;
    const checked = all(":checked", root);
    // a third word begins anew
    mean(root, target.checked && checked.length > 2 ? [target] : checked);
  });
  const meanChosen = () => {
    const chosen = getSelection(), at = !chosen.isCollapsed && chosen.getRangeAt(0).commonAncestorContainer;
    const root = at && (at.nodeType === 1 ? at : at.parentElement).closest("[data-source]");
    const words = root ? all(".word", root).filter((word) => chosen.containsNode(word, true)) : [];
    if (words.length) mean(root, words.map((word) => word.querySelector("input")));
  };
  document.addEventListener("selectionchange", meanChosen);
  // words may have been marked before this script was there
  meanChosen();
  // the end of a selection within one word is no click on it
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-source] .word") && !getSelection().isCollapsed) event.preventDefault();
  });
})();
