// Chooses the browser's time zone in a field that nobody has filled yet.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-browser-zone]")) {
  if (![...field.options].some((option) => option.value === zone)) field.add(new Option(zone, zone));
  field.value = zone;
  field.querySelector("option[value='']")?.remove();
}
