// Files may be dropped on a [data-drop] label; what was chosen is listed before it is sent.
(function () {
  "use strict";

  function size(bytes) {
    return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  }

  function chosen(form, files) {
    const list = form.querySelector("[data-chosen]");
    const button = form.querySelector("button[type=submit]");
    list.replaceChildren(
      ...Array.from(files, (file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${size(file.size)}`;
        return item;
      })
    );
    list.hidden = files.length === 0;
    button.textContent = files.length > 1 ? `上传 ${files.length} 个文件` : button.dataset.one;
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-drop]").forEach((zone) => {
      const input = zone.querySelector("input[type=file]");
      input.classList.add("visually-hidden"); // the whole zone is its label
      input.addEventListener("change", () => chosen(input.form, input.files));
      zone.addEventListener("dragover", (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
      zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
      zone.addEventListener("drop", (event) => {
        event.preventDefault();
        zone.classList.remove("is-over");
        if (event.dataTransfer.files.length === 0) return;
        input.files = event.dataTransfer.files;
        chosen(input.form, input.files);
      });
    });
  });
  // A file dropped beside the zone must not replace the page.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
})();
