// Files that are dropped anywhere on a page with a file field are put into it; on another page they do nothing.
(() => {
  const root = document.documentElement, hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // the browser would open the file, and leave the page
    const field = document.querySelector("form.drop input[type=file]");
    event.dataTransfer.dropEffect = field ? "copy" : "none";
    root.classList.toggle("dropping", Boolean(field));
  };
  document.addEventListener("dragenter", over);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) root.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    root.classList.remove("dropping");
    const field = document.querySelector("form.drop input[type=file]");
    if (!field) return;
    const isFolder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    field.setCustomValidity(isFolder ? "A folder cannot be sent: drop the files in it." : "");
    if (isFolder) { field.reportValidity(); return; }
    const files = new DataTransfer();
    [...event.dataTransfer.files].slice(0, field.multiple ? undefined : 1).forEach((file) => files.items.add(file));
    field.files = files.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", ({ target }) => { if (target.type === "file") target.setCustomValidity(""); });
})();
