// Turns an attachment by a quarter; the file stays as it is.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-turn-shot]");
  if (!button) return;
  const frame = button.closest(".shot-frame");
  frame.dataset.turn = String((Number(frame.dataset.turn) + 90) % 360);
});
