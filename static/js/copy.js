// Copies an address and says whether it worked. Without the clipboard (plain http in a LAN) the address is selected
// and the keys are named: the read-only field is the real thing, the button a convenience. It is added here, since
// without a script it would do nothing.
const keys = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘C" : "Ctrl+C";

// Whether the dialog was just opened: the focus is at its beginning, on what closes it.
const opened = (dialog) => dialog && (document.activeElement === dialog || Boolean(document.activeElement.closest("header")));

async function copy(field) {
  const status = document.getElementById(field.dataset.copyStatus);
  const { dataset } = status;
  const say = (text) => (status.textContent = text.replace("{keys}", keys));
  status.textContent = ""; // so that a second time is said aloud too
  try {
    await navigator.clipboard.writeText(field.value);
    say(dataset.copied);
    field.dispatchEvent(new CustomEvent("copied", { bubbles: true }));
  } catch {
    const folded = field.closest("details:not([open])");
    if (folded) folded.open = true;
    field.focus();
    field.select();
    say(document.execCommand("copy") ? dataset.maybe : dataset.selected);
  }
}

function addButtons() {
  for (const box of document.querySelectorAll("[data-copy]")) {
    if (box.querySelector("button")) continue;
    const field = box.querySelector("input");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: box.dataset.copy });
    button.className = field.dataset.copyClass ?? "";
    button.prepend(box.querySelector("template")?.content.cloneNode(true) ?? "");
    button.addEventListener("click", () => copy(field));
    box.append(button);
    if ("copyFirst" in box.dataset && opened(box.closest("dialog[open]"))) button.focus();
  }
  for (const place of document.querySelectorAll("[data-copy-text]:empty")) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: place.dataset.label });
    button.addEventListener("click", () => copy(document.getElementById(place.dataset.copyText)));
    place.append(button);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.matches?.("[data-select]")) event.target.select();
});

// The keys copy the address, too, while its button has the focus and nothing is selected.
document.addEventListener("copy", (event) => {
  const field = document.activeElement.closest("[data-copy] button")?.parentElement.querySelector("input");
  if (!field || !getSelection().isCollapsed) return;
  event.clipboardData.setData("text/plain", field.value);
  event.preventDefault();
  const status = document.getElementById(field.dataset.copyStatus);
  status.textContent = status.dataset.copied;
  field.dispatchEvent(new CustomEvent("copied", { bubbles: true }));
});
document.addEventListener("htmx:after:swap", addButtons);
addButtons();
