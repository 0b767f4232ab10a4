// Two small comforts; without this script a link and a button do the same.
// The open order looks every two seconds whether it has changed (paid on the phone, closed, expired)
// and then loads again.
const page = document.querySelector("[data-state-url]");

async function look() {
  try {
    const answer = await fetch(page.dataset.stateUrl, { cache: "no-store" });
    if (answer.ok && (await answer.json()).state !== page.dataset.state) {
      location.reload();
      return;
    }
  } catch {
    // the platform or the network is away for a moment: look again
  }
  setTimeout(look, 2000);
}

if (page) setTimeout(look, 2000);

// The paid order goes back to the school by itself.
const back = document.querySelector("[data-return-after]");

if (back) setTimeout(() => location.assign(back.href), back.dataset.returnAfter * 1000);
