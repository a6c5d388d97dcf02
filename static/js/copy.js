// Copies an address and says whether it worked. Without the clipboard (plain http in a LAN) the address is selected
// and the keys are named: the read-only field is the real thing, the button a convenience.
const keys = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘C" : "Ctrl+C";

function select() {
  const field = document.querySelector("dialog[open] [data-select]");
  if (field && document.activeElement === field) field.select();
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const status = document.getElementById(button.dataset.copyStatus);
  const { dataset } = status;
  const say = (text) => (status.textContent = text.replace("{keys}", keys));
  status.textContent = ""; // so that a second time is said aloud too
  try {
    await navigator.clipboard.writeText(field.value);
    say(dataset.copied);
  } catch {
    field.focus();
    field.select();
    say(document.execCommand("copy") ? dataset.maybe : dataset.selected);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
  if (event.target.matches?.("[data-select]")) event.target.select();
});
document.addEventListener("htmx:after:swap", select);
select();
