// A button that prints the page. Without script, or where nothing can print, there is none.
(function () {
  "use strict";

  if (typeof window.print !== "function") return;
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
