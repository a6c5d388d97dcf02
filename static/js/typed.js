// What an invitee typed stays in this tab until they have booked, so that all ways back to the form are plain
// addresses: none asks to send a form again, and none has a name in it.
const typed = {
  read() {
    try {
      const { path, fields } = JSON.parse(sessionStorage.getItem("typed"));
      return path === location.pathname ? fields : null;
    } catch {
      return null;
    }
  },
  // Returns whether it is kept; a private window may refuse.
  keep(fields) {
    try {
      sessionStorage.setItem("typed", JSON.stringify({ path: location.pathname, fields }));
      return true;
    } catch {
      return false;
    }
  },
};
{
  const form = document.querySelector("form[data-kept-link]");
  if (form) {
    const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea, select")];
    const values = () => fields.filter(({ type, checked }) => type !== "radio" && type !== "checkbox" || checked).map(({ name, value }) => [name, value]);
    const keep = () => typed.keep(values());
    const fill = () => {
      const before = typed.read() ?? [];
      for (const field of before.length ? fields : []) {
        const found = before.filter(([name]) => name === field.name).map(([, value]) => value);
        if (field.type === "radio" || field.type === "checkbox") field.checked = found.includes(field.value);
        else if (found.length) field.value = found[0];
        if (found.some(Boolean)) field.closest("details")?.setAttribute("open", "");
      }
    };
    if (form.dataset.address) keep();
    else fill();
    addEventListener("pageshow", fill); // after the browser's own restoring, which knows what was typed here then
    form.addEventListener("input", keep);
    form.addEventListener("submit", keep);
  }

  // A button that shows another view goes there by its plain address, if nothing is lost by that.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[formaction]");
    const { look, tz } = button?.form?.elements ?? {};
    const nothingTyped = form && ![...form.querySelectorAll("input:not([type=hidden]), textarea")].some(({ value }) => value);
    if (!look || !(typed.read() || nothingTyped)) return;
    const address = new URL(button.formAction);
    if (tz && !address.searchParams.has("tz")) address.searchParams.set("tz", tz.value);
    event.preventDefault();
    location.assign(address);
  });
}
