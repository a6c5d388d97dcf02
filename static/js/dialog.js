// Opens the dialogs that htmx brings; when one closes, what it may have changed is read again, and the focus goes
// back to where it came from. The list is morphed: what stayed as it was, an open menu and the focus too, is untouched.
function closed(dialog) {
  const { refresh, returnTo } = dialog.dataset;
  const back = () => document.getElementById(returnTo)?.focus();
  back();
  if (!refresh || !document.querySelector(refresh)) return;
  const lost = () => document.activeElement === document.body;
  htmx
    .ajax("GET", location.href, { target: refresh, select: refresh, swap: "outerMorph" })
    .then(() => lost() && !document.querySelector(":popover-open, dialog[open]") && back());
}

document.addEventListener("htmx:after:swap", () => {
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not([open])")) {
    if (dialog.dataset.shown) continue;
    dialog.dataset.shown = "yes";
    document.querySelector("[popover]:popover-open")?.hidePopover();
    dialog.addEventListener("close", () => closed(dialog));
    dialog.showModal();
  }
});

// A form in a dialog that is sent closes it, once the server has said that it is saved.
let sent = null;
document.addEventListener("submit", (event) => (sent = event.target.matches("[data-closes]") ? event.target : null), true);
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!sent || ctx.sourceElement !== sent || !(ctx.response?.status < 400)) return;
  sent.closest("dialog")?.close();
  sent = null;
});

// A click beside the dialog closes it. Safari has no closedby yet.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog[data-modal]")) event.target.close();
});

// A toast stays until it is closed or the page is left: nobody has to hurry.
document.addEventListener("click", (event) => event.target.closest?.("[data-toast] > button")?.parentElement.remove());

// A menu closes when the focus leaves it.
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("[popover]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.hidePopover();
});

// The network is down, or the server, or the session ended: say so where it can be seen; what was typed stays.
function say(id) {
  const trouble = document.getElementById(id);
  document.querySelector("[popover]:popover-open")?.hidePopover();
  document.querySelector("dialog[open]")?.prepend(trouble);
  trouble.hidden = false;
}
document.addEventListener("htmx:error", () => say("trouble"));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response?.status !== 401) return;
  // A form that htmx sends to the same place is sent without it: the sign-in that comes carries it along. What is in a
  // dialog stays there.
  const form = ctx.sourceElement;
  const alike = form?.matches?.("form[hx-post]") && form.getAttribute("hx-post") === form.getAttribute("action");
  if (alike && !document.querySelector("dialog[open]")) form.submit();
  else say("signed-out");
});
document.addEventListener("htmx:before:request", () => {
  for (const id of ["trouble", "signed-out"]) document.getElementById(id).hidden = true;
});
