// Counts every [data-deadline] down on the server's clock and refreshes the nearest [hx-get] at zero.
// The page says the exact time beside each countdown, so nothing is lost without this file.
(function () {
  "use strict";

  const HOUR = 3600; // above it the exact time alone is shown
  const RETRY = 10_000; // ms between two refreshes of a fragment that stays at zero
  const MILESTONES = [300, 60, 0]; // seconds at which the silent timers speak
  const lastLeft = new Map(); // deadline -> seconds left at the last tick
  const lastRefresh = new WeakMap(); // fragment -> when it was last told to refresh
  let lastNews = ""; // what was told last
  let offset = 0; // server's clock minus ours, ms

  function learnClock(dateHeader) {
    const server = Date.parse(dateHeader || "");
    // the header is cut to whole seconds: assume the middle of the second
    if (!Number.isNaN(server)) offset = server + 500 - Date.now();
  }

  function written(seconds) {
    return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
  }

  function announce(text) {
    const region = document.getElementById("announce");
    if (region) region.textContent = text;
  }

  function speak(element, before, left) {
    const name = element.dataset.name || "";
    const passed = MILESTONES.find((mark) => before > mark && left <= mark);
    if (passed === undefined || element.tagName === "PROGRESS") return;
    announce(passed ? `${name}还剩 ${passed / 60} 分钟` : `${name}时间到，正在更新`);
  }

  function refresh(element) {
    const fragment = element.closest("[hx-get]");
    if (!fragment || !window.htmx) return;
    if (Date.now() - (lastRefresh.get(fragment) || 0) < RETRY) return;
    lastRefresh.set(fragment, Date.now());
    window.htmx.trigger(fragment, "refresh");
  }

  function show(element, left) {
    if (element.tagName === "PROGRESS") {
      element.value = left;
      return;
    }
    const sentence = element.closest("[data-countdown]") || element;
    sentence.hidden = element.hidden = left > HOUR;
    element.textContent = written(left);
  }

  function tick() {
    const now = Date.now() + offset;
    const seen = new Map();
    document.querySelectorAll("[data-deadline]").forEach((element) => {
      const deadline = element.dataset.deadline;
      const left = Math.max(0, Math.ceil((Date.parse(deadline) - now) / 1000));
      show(element, left);
      if (!seen.has(deadline) && lastLeft.has(deadline)) speak(element, lastLeft.get(deadline), left);
      if (element.tagName !== "PROGRESS") seen.set(deadline, left);
      if (left === 0) refresh(element);
    });
    lastLeft.clear();
    seen.forEach((left, deadline) => lastLeft.set(deadline, left));
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    learnClock(event.detail.xhr.getResponseHeader("Date"));
  });
  document.addEventListener("htmx:afterSwap", () => {
    tick();
    const news = document.querySelector("[data-news]"); // what a refreshed fragment has to tell
    if (news && news.dataset.news !== lastNews) announce((lastNews = news.dataset.news));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const focus = document.querySelector("[data-focus]");
    if (focus) focus.focus(); // the error summary
    const news = document.querySelector("[data-news]");
    if (news) lastNews = news.dataset.news;
    if (!document.querySelector("[data-deadline], [hx-get]")) return;
    tick();
    setInterval(tick, 1000);
    fetch("/healthz", { method: "HEAD", cache: "no-store" })
      .then((answer) => learnClock(answer.headers.get("Date")))
      .catch(() => undefined); // offline: our own clock has to do
  });
})();
