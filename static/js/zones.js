// The time zone as a search: the places of the select, each with the clock there now. Choosing one applies it.
// It is loaded when somebody asks for the zones, so that the first visit stays light.
const MOST = 40;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const clock = (timeZone, options) => {
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone, ...options });
  } catch {
    return null; // a zone that this browser does not know yet
  }
};
const time = (zone, hour12) => clock(zone, { hour: "numeric", minute: "2-digit", hour12 })?.format() ?? "";
const offset = (zone) =>
  (clock(zone, { timeZoneName: "shortOffset" })?.formatToParts() ?? [])
    .find(({ type }) => type === "timeZoneName")?.value.replace("GMT", "UTC").replace("-", "−").replace(/\+0$/, "") ?? "";
const make = (name, attributes) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

export function searchable(dialog) {
  const select = dialog.querySelector("select");
  const row = select.parentElement;
  const hint = dialog.querySelector("[data-none]");
  const words = hint.textContent;
  const zones = [...select.options].map(({ value, text }) => ({ value, text, words: plain(`${text} ${value.replace(/_/g, " ")}`) }));
  const input = make("input", { type: "search", id: "zone-search", role: "combobox", "aria-expanded": "true", "aria-controls": "zones-found", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
  const list = make("ul", { id: "zones-found", role: "listbox", "aria-labelledby": "zones-title" });
  list.className = "zones-found";
  let at = 0;

  function point(to) {
    const items = list.children;
    at = Math.max(0, Math.min(items.length - 1, to));
    for (const item of items) item.setAttribute("aria-selected", String(item === items[at]));
    items[at]?.scrollIntoView({ block: "nearest" });
    if (items[at]) input.setAttribute("aria-activedescendant", items[at].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show() {
    const wanted = plain(input.value).split(/[\s,/_]+/).filter(Boolean);
    const fits = ({ words }) => wanted.every((word) => words.split(/[\s,/_-]+/).some((each) => each.startsWith(word)));
    const found = zones.filter((zone) => (wanted.length ? fits(zone) : true));
    const first = wanted.length ? ({ words }) => words.startsWith(wanted[0]) : ({ value }) => value === select.value;
    const sorted = [...found.filter(first), ...found.filter((zone) => !first(zone))].slice(0, MOST);
    list.replaceChildren(
      ...sorted.map(({ value, text }, i) => {
        const [place, ...country] = text.split(", ");
        const item = make("li", { id: `zone-${i}`, role: "option", "data-zone": value });
        const small = Object.assign(make("small", {}), { textContent: [country.join(", "), offset(value)].filter(Boolean).join(" · ") });
        item.append(Object.assign(make("span", {}), { textContent: place }), small, Object.assign(make("time", {}), { textContent: time(value, dialog.hasAttribute("data-hour12")) }));
        return item;
      }),
    );
    hint.textContent = sorted.length ? words : hint.dataset.none;
    point(0);
  }

  function choose(item) {
    if (!item) return;
    select.value = item.dataset.zone;
    row.querySelector("button").click();
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(at + step);
    else if (event.key === "Enter") choose(list.children[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => choose(event.target.closest("li")));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[data-close]").click();
  });
  const box = dialog.querySelector("[data-search]");
  box.append(input);
  box.hidden = false;
  row.hidden = true;
  dialog.querySelector("label").htmlFor = input.id;
  row.before(list);
  dialog.close();
  dialog.showModal();
  show();
  input.focus();
}
