// Shows one section of a long form at a time. Each has an address (#rules); without a script they stand below each other.
{
  const wide = matchMedia("(min-width: 1000px)");
  const all = () => [...document.querySelectorAll("[data-part]")];
  const isOpen = (part) => part.classList.contains("current");
  let shown = all().find(isOpen)?.id;

  function show(id) {
    shown = id;
    for (const part of all()) {
      part.classList.toggle("current", part.id === id);
      part.classList.add("settled"); // from now on the class says which is shown, and not the address
      part.querySelector("[data-fold]").setAttribute("aria-expanded", String(part.id === id));
    }
    for (const link of document.querySelectorAll("[data-index] a"))
      link.hash === `#${id}` ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }

  const inputs = (target, which) => target.parentElement.querySelectorAll(which);
  const first = (...fields) => fields.find((field) => field.checkVisibility());

  // The address names a section, or a field in one: a link in the list of errors.
  function follow() {
    const target = document.getElementById(location.hash.slice(1));
    const part = target?.closest("[data-part]");
    if (!part) return;
    show(part.id);
    if (target === part) part.scrollIntoView();
    else first(target, ...inputs(target, "[aria-invalid=true]"), ...inputs(target, "input"))?.focus();
  }

  document.addEventListener("click", (event) => {
    const fold = event.target.closest?.("[data-fold]");
    const link = fold ?? event.target.closest?.("a[href^='#']");
    if (!link) return;
    const same = link.hash === location.hash;
    if (fold && isOpen(fold.closest("[data-part]"))) {
      event.preventDefault();
      show(null);
    } else if (same) follow();
  });
  addEventListener("hashchange", follow);
  wide.addEventListener("change", () => wide.matches && !shown && show(all()[0].id));
  document.addEventListener("htmx:after:swap", () => all().some((part) => isOpen(part) !== (part.id === shown)) && show(shown));

  show(shown);
  follow();
}
