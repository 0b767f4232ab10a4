// Says how many files were chosen, before they are sent. Without it the page works by reload.
"use strict";

document.documentElement.classList.add("has-script");

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.type !== "file") return;
  const form = field.closest("form");
  const names = [...field.files].map((file) => file.name).join("、");
  const said = form.querySelector("[data-chosen]");
  if (said) said.textContent = names || "还没有选择";
  const bar = form.querySelector("[data-files]");
  if (!bar) return;
  const number = Number(bar.dataset.files) + field.files.length;
  bar.textContent = number ? `附件 ${number} 个` : "还差：成绩截图";
});
