// Looks every two seconds whether the order has changed (paid on the phone, closed, expired) and
// then loads the page again. Without this script the link under the QR code does the same.
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
