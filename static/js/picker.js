// The slots in the browser's own time zone; the focus, and what is said aloud, after a part of the page has changed.
{
  const picker = document.querySelector("#picker[data-find-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (picker && zone && zone !== picker.dataset.zone) {
    const address = `${location.pathname}?tz=${encodeURIComponent(zone)}`;
    htmx.ajax("GET", address, { target: "#picker", swap: "outerHTML", source: picker });
  }

  // The search for a time zone; without it the choice is a select and a button.
  function ready() {
    const dialog = document.querySelector("[data-zones]");
    if (!dialog || dialog.dataset.ready) return;
    dialog.dataset.ready = "yes";
    import(dialog.dataset.zones).then(({ searchable }) => searchable(dialog), () => {});
  }
  document.addEventListener("htmx:after:swap", ready);
  ready();

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let asked = null;
  document.addEventListener("htmx:before:request", (event) => (asked = event.detail.ctx.sourceElement));
  document.addEventListener("htmx:after:swap", () => {
    const byId = (id) => document.getElementById(id);
    if (asked?.matches("[data-day]")) {
      byId("day-title")?.focus({ preventScroll: true });
      if (matchMedia("(max-width: 759px)").matches) byId("day")?.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
    } else if (asked?.matches("[data-month-step]")) {
      byId("said").textContent = byId("month-title").textContent;
      (byId(asked.id) ?? byId("month-title")).focus();
    } else byId("tz")?.focus();
  });

  // Without an answer the page stays as it is, says so, and asks again: at the button, and when the network is back.
  const silence = document.getElementById("no-answer");
  let again = null;
  function noAnswer(link) {
    again = () => link.click();
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: silence.dataset.again });
    button.addEventListener("click", again);
    silence.replaceChildren(silence.dataset.words, " ", button);
  }
  const answered = () => ((again = null), silence.replaceChildren());
  document.addEventListener("htmx:error", () => asked?.href && noAnswer(asked));
  document.addEventListener("htmx:before:request", answered);
  addEventListener("online", () => again?.());
  document.addEventListener("click", (event) => {
    const slot = event.target.closest?.("a[data-start]");
    if (!slot) return;
    if (navigator.onLine) return answered();
    event.preventDefault();
    noAnswer(slot);
  });
}
