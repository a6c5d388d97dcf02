// The slots in the browser's own time zone; the focus, and what is said aloud, after a part of the page has changed.
{
  const picker = document.querySelector("#picker[data-find-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (picker && zone && zone !== picker.dataset.zone) {
    const address = `${location.pathname}?tz=${encodeURIComponent(zone)}`;
    htmx.ajax("GET", address, { target: "#picker", swap: "outerHTML", source: picker });
  }

  let asked = null;
  document.addEventListener("htmx:before:request", (event) => (asked = event.detail.ctx.sourceElement));
  document.addEventListener("htmx:after:swap", () => {
    const byId = (id) => document.getElementById(id);
    if (asked?.matches("[data-day]")) byId("day-title")?.focus();
    else if (asked?.matches("[data-month-step]")) {
      byId("said").textContent = byId("month-title").textContent;
      (byId(asked.id) ?? byId("month-title")).focus();
    } else byId("tz")?.focus();
  });

  // Without an answer, the browser goes there itself and says what is wrong.
  document.addEventListener("htmx:error", () => asked?.href && location.assign(asked.href));

  // "Change" takes along what was typed; with nothing typed it is a plain link, and going back needs no resending.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=look]");
    if (!button) return;
    const typed = [...button.form.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value);
    if (typed) return;
    event.preventDefault();
    location.assign(button.formAction);
  });
}
