// Opens the dialogs that htmx brings, and gives the focus back to where it came from when they close.
document.addEventListener("htmx:after:swap", () => {
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not([open])")) {
    if (dialog.dataset.shown) continue;
    dialog.dataset.shown = "yes";
    document.querySelector("[popover]:popover-open")?.hidePopover();
    dialog.addEventListener("close", () => document.getElementById(dialog.dataset.returnTo)?.focus());
    dialog.showModal();
  }
});

// A click beside the dialog closes it. Safari has no closedby yet.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog[data-modal]")) event.target.close();
});
