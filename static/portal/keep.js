// What the reader ticked or unfolded stays as it was when a fragment refreshes itself.
(function () {
  "use strict";

  const touched = new Map(); // id -> checked, only what the reader changed
  const unfolded = new Set(); // ids of open <details>

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-keep]") && box.id) touched.set(box.id, box.checked);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.id) unfolded[event.target.open ? "add" : "delete"](event.target.id);
    },
    true
  );
  document.addEventListener("htmx:afterSwap", () => {
    touched.forEach((checked, id) => {
      const box = document.getElementById(id);
      if (box && !box.disabled) box.checked = checked;
    });
    unfolded.forEach((id) => {
      const details = document.getElementById(id);
      if (details) details.open = true;
    });
  });
})();
