// Says what of a form is not saved yet, and asks before it is left with changes.
{
  const IGNORED = ["csrf_token", "outside_confirmed", "copy_from", "copy_to"];
  const form = () => document.querySelector("form[data-unsaved]");
  const fields = () => [...form().elements].filter(({ name, type }) => name && type !== "submit" && !IGNORED.includes(name));
  let leaving = false;

  const label = (field) => {
    const named = field.closest("[data-change]")?.dataset.change;
    return named ?? field.closest("div:has(> label)")?.querySelector("label").firstChild.textContent.trim() ?? field.name;
  };
  const now = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const before = (field) => {
    if (field.type === "checkbox") return field.defaultChecked;
    if (!field.options) return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
  };

  // The values by the names of what they are; empty lines of dates don't count.
  function values(of) {
    const found = new Map();
    for (const field of fields()) {
      const key = label(field);
      const list = found.get(key) ?? [];
      const value = of(field);
      if (value !== "" || !field.closest("[data-change]")) list.push(`${field.name}=${value}`);
      found.set(key, list);
    }
    return new Map([...found].map(([key, list]) => [key, list.join("\n")]));
  }

  const saved = values(before); // not `now`: a browser may have put back what was typed before a reload
  const refused = form().dataset.unsaved === "yes";

  function changes() {
    const current = values(now);
    return [...current.keys()].filter((key) => current.get(key) !== (saved.get(key) ?? ""));
  }
  const isDirty = () => refused || changes().length > 0;

  function say() {
    const said = document.querySelector("[data-said-unsaved]");
    const found = changes();
    const words = found.length === 1 ? said.dataset.one : said.dataset.many;
    const [, many, what] = words.replace("{count}", found.length).match(/^(.*?)([\s\p{P}]*\{what\}.*)$/u);
    const [text, more] = found.length ? [many, what.replace("{what}", found.join(", "))] : [refused ? said.dataset.all : "", ""];
    if (said.textContent !== text + more) {
      said.textContent = text;
      if (more) said.appendChild(document.createElement("span")).textContent = more; // not on a phone: it has no room
    }
    document.querySelector("[data-save-bar]").classList.toggle("dirty", Boolean(text));
  }

  for (const event of ["input", "change", "htmx:after:swap"]) document.addEventListener(event, say);
  document.addEventListener("submit", ({ target }) => target === form() && (leaving = true));
  document.addEventListener("click", (event) => event.target.closest?.("[data-discard]") && (leaving = true));
  addEventListener("pageshow", () => {
    leaving = false;
    say();
  });
  addEventListener("beforeunload", (event) => !leaving && isDirty() && event.preventDefault());
  say();
}
