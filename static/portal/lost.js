// What was typed before the session ended goes back into its form. Choices are made again, and
// without script the words stand on the page to be copied.
(function () {
  "use strict";

  const TYPED = "textarea, input[type=text], input[type=search], input[type=number], input[type=date], input[type=time], input:not([type])";

  const told = document.getElementById("lost");
  const fields = JSON.parse(document.getElementById("lost-fields").textContent);

  function leadsTo(address) {
    return new URL(address || location.href, location.href).pathname === told.dataset.action;
  }

  // Not form.action: a field may have that name.
  function isIts(form) {
    const buttons = Array.from(form.querySelectorAll("[formaction]"));
    return leadsTo(form.getAttribute("action")) || buttons.some((one) => leadsTo(one.getAttribute("formaction")));
  }

  // Whether all words have their place: what was no field of words is chosen again.
  function fill(form) {
    const all = Array.from(form.elements);
    const places = all.filter((one) => one.matches(TYPED) && !one.disabled && !one.readOnly);
    const chosen = all.filter((one) => !places.includes(one));
    const left = fields.filter(([name, value]) => {
      const at = places.findIndex((one) => one.name === name);
      if (at < 0) return true;
      const [place] = places.splice(at, 1);
      place.value = value;
      place.dispatchEvent(new Event("input", { bubbles: true }));
      return false;
    });
    return left.every(([name, value]) => !/[^\x00-\x7f]/.test(value) || chosen.some((one) => one.name === name));
  }

  const form = Array.from(document.forms).find((one) => one.method === "post" && isIts(one));
  if (form && fill(form)) {
    told.querySelector("[data-copy]").hidden = true;
    told.querySelector("[data-filled]").hidden = false;
  }
})();
