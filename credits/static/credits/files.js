// Says how many files were chosen, before they are sent. Without it the page works by reload.
"use strict";

document.documentElement.classList.add("has-script");

function say(form) {
  const files = [...form.querySelector("input[type=file]").files];
  const said = form.querySelector("[data-chosen]");
  if (said) said.textContent = files.map((file) => file.name).join("、") || "还没有选择";
  const bar = form.querySelector("[data-files]");
  if (!bar) return;
  const number = files.length + form.querySelectorAll("[name=kept]:checked").length;
  bar.textContent = number ? `附件 ${number} 个` : "还差：成绩截图";
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLInputElement && (field.type === "file" || field.name === "kept")) say(field.form);
});

// Another course and other credits draw the bar anew; the file field stays with what was chosen.
document.addEventListener("htmx:afterSettle", () => {
  const field = document.querySelector("input[type=file]");
  if (field) say(field.form);
});
