// The slots in the browser's own time zone, and the focus on the day that was chosen.
const picker = document.querySelector("#picker[data-find-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (picker && zone && zone !== picker.dataset.zone) {
  const address = `${location.pathname}?tz=${encodeURIComponent(zone)}`;
  htmx.ajax("GET", address, { target: "#picker", swap: "outerHTML", source: picker });
}

let asked = "";
document.addEventListener("htmx:before:request", (event) => {
  asked = event.detail.ctx.sourceElement.id || "";
});
document.addEventListener("htmx:after:swap", () => {
  if (asked.startsWith("d")) document.getElementById("day-title")?.focus();
  asked = "";
});
