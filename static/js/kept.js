// Whoever booked finds their appointment again. The form's request is kept in this browser, under a name that tells
// nothing of the link; at the spent link it is sent again, which leads to the appointment. It goes when that is over.
{
  const NAME = "bookonce-";
  // A private window may refuse to store anything: then nothing is kept, and the page offers a mail.
  const attempt = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const read = (link) => attempt(() => JSON.parse(localStorage.getItem(NAME + link)));
  const write = (link, kept) => attempt(() => localStorage.setItem(NAME + link, JSON.stringify(kept)));
  const forget = (link) => attempt(() => localStorage.removeItem(NAME + link));
  const links = () =>
    attempt(() => Object.keys(localStorage).filter((name) => name.startsWith(NAME))?.map((name) => name.slice(NAME.length))) ?? [];
  const isOver = (until) => new Date(until) <= new Date();

  // Ask with the kept request; it books nothing, since the rest of the form is missing.
  async function lead(link) {
    const { request } = read(link) ?? {};
    if (!request) return;
    const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams({ request_id: request }) });
    if (answer.redirected && answer.ok) location.replace(answer.url);
    else if (answer.status === 410) {
      forget(link); // somebody else booked
      document.getElementById("yours")?.remove();
    }
  }

  const spent = document.querySelector("[data-spent]");
  const form = document.querySelector("[data-kept-link]");
  const appointment = document.querySelector("[data-until]:not(form)");

  if (spent) {
    const link = spent.dataset.spent;
    const kept = read(link);
    if (kept) {
      const said = document.createElement("form"); // without an answer to `lead`, one press tries again
      said.id = "yours";
      said.className = "notice stack tight";
      said.method = "post";
      said.action = location.pathname;
      const request = Object.assign(document.createElement("input"), { type: "hidden", name: "request_id", value: kept.request });
      const words = Object.assign(document.createElement("p"), { textContent: spent.dataset.yours });
      const button = Object.assign(document.createElement("button"), { textContent: spent.dataset.open });
      said.append(words, request, button);
      spent.querySelector("h1").after(said);
      lead(link).catch(() => {});
    }
  }

  if (form) {
    const { keptLink: link, keptBooking: booking, until } = form.dataset;
    const kept = read(link);
    const request = form.elements.request_id;
    if (kept) request.value = kept.request; // the same person in the same browser: a retry, not a second attempt
    form.addEventListener("submit", ({ submitter }) => {
      if (submitter?.name !== "look") write(link, { request: request.value, booking: kept?.booking ?? booking, until });
    });
    addEventListener("pageshow", ({ persisted }) => persisted && lead(link).catch(() => {}));
  }

  if (appointment) {
    attempt(() => sessionStorage.removeItem("typed"));
    const { appointment: booking, until } = appointment.dataset;
    for (const link of links()) {
      const kept = read(link);
      if (!kept || kept.booking === booking) kept && !isOver(until) ? write(link, { ...kept, until }) : forget(link);
    }
  }

  // A link that is looked at asks the server, since its appointment may have been moved; the others go by what is known.
  const here = spent?.dataset.spent ?? form?.dataset.keptLink;
  for (const link of links()) if (link !== here && isOver(read(link)?.until ?? 0)) forget(link);

  // A page that answers a POST gets the address of the same page by GET, so that Back and Reload send nothing again.
  const { address } = document.querySelector("[data-address]")?.dataset ?? {};
  if (address) history.replaceState(history.state, "", address);
}
