// Adds up what is ticked. Without it no sum is shown here: the next page says what was chosen.
(() => {
  const form = document.getElementById("choice");
  const count = form && form.querySelector("[data-count]");
  if (!count) return;
  form.querySelector("[data-tally]").hidden = false;
  const hours = form.querySelector("[data-hours]:not(input)");
  const sum = form.querySelector("[data-sum]");
  const yuan = (fen) =>
    "¥" + (fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const total = (picks, key) => picks.reduce((so_far, pick) => so_far + Number(pick.dataset[key]), 0);
  const show = () => {
    const picks = [...form.querySelectorAll("input[name=course]:checked")];
    count.textContent = picks.length;
    hours.textContent = total(picks, "hours").toFixed(1);
    sum.textContent = yuan(total(picks, "fen"));
  };
  form.addEventListener("change", show);
  // a browser that goes back restores the ticks after the script has run
  window.addEventListener("pageshow", show);
})();
