// 全选: the head of a column of boxes gets one that ticks them all. Without script the boxes stay.
(function () {
  "use strict";

  for (const head of document.querySelectorAll("th[data-tick]")) {
    const boxes = () => Array.from(head.closest("table").querySelectorAll(`input[name=${head.dataset.tick}]`));
    if (boxes().length < 2) continue;
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", "全选");
    const agree = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      all.checked = ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    };
    all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
    head.closest("table").addEventListener("change", agree);
    head.replaceChildren(all);
    agree();
  }
})();
