// What is done with a link: it is copied in one press, sent as a message, shared by the system. The server is told that
// somebody may have it now, so that it is not shown again instead of a new one.
const token = () => document.querySelector("[name=csrf_token]")?.value ?? "";

function handOut(address) {
  if (!address) return;
  fetch(address, { method: "POST", body: new URLSearchParams({ csrf_token: token() }), keepalive: true }).catch(() => {});
}
const handOutFrom = (element) => element?.closest?.("[data-hands-out]") && handOut(element.closest("#share")?.dataset.handedOut);

// By the button (clipboard), by the keys ("copy"), by a link to messages or mail, or as a QR code that is shown.
document.addEventListener("copied", (event) => handOutFrom(event.target));
document.addEventListener("copy", (event) => handOutFrom(event.target));
document.addEventListener("click", (event) => handOutFrom(event.target.closest?.("a[data-hands-out]")));

// A row's Copy. Where the clipboard refuses, the link leads to its own page, which has the address selected.
async function copyRow(link) {
  const words = link.querySelector("span");
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(link.dataset.copies);
  } catch {
    location.assign(link.href);
    return;
  }
  handOut(link.dataset.handedOut);
  words.textContent = link.dataset.done;
  setTimeout(() => (words.textContent = before), 2000);
  let said = document.getElementById("copied-row");
  if (!said) {
    said = Object.assign(document.createElement("p"), { id: "copied-row", className: "visually-hidden" });
    said.setAttribute("role", "status");
    document.querySelector("main").append(said);
  }
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = link.dataset.done));
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-copies]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  copyRow(link);
});

// How many SMS (3GPP TS 23.038), as parsing/sms.py counts them.
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const TWICE = "^{}\\[~]|€\f";
function smsSize(text) {
  const signs = [...text];
  const because = signs.find((sign) => !BASIC.includes(sign) && !TWICE.includes(sign)) ?? "";
  const [one, more] = because ? [70, 67] : [160, 153];
  const units = signs.map((sign) => (because ? sign.length : TWICE.includes(sign) ? 2 : 1));
  const used = units.reduce((sum, unit) => sum + unit, 0);
  if (used <= one) return { count: 1, used, room: one, because };
  let [count, left] = [1, more];
  for (const unit of units) {
    if (unit > left) [count, left] = [count + 1, more];
    left -= unit;
  }
  return { count, used, room: count * more, because };
}

// What was typed into a message stays when another part of the dialog is shown or the note changes.
const typed = new Map();
const typedKey = (field) => [field.closest("#share")?.dataset.handedOut, field.id, field.rows].join(" ");
function showTyped() {
  for (const field of document.querySelectorAll("#message, #subject")) {
    const text = typed.get(typedKey(field));
    if (text === undefined || text === field.value) continue;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("#message, #subject")) typed.set(typedKey(target), target.value);
  const message = document.getElementById("message");
  if (target === message && message.matches("[data-sms]")) {
    const sms = document.getElementById("sms");
    sms.href = `${sms.href.split("?")[0]}?&body=${encodeURIComponent(message.value)}`;
    const words = document.getElementById("sms-size");
    const { one, more, signs, because } = words.dataset;
    const size = smsSize(message.value);
    const parts = [size.count === 1 ? one : more.replace("{count}", size.count)];
    parts.push(signs.replace("{used}", size.used).replace("{room}", size.room));
    if (size.because) parts.push(because.replace("{sign}", size.because));
    words.textContent = parts.join(" · ");
  }
  if (message?.matches("[data-mail]") && (target === message || target.id === "subject")) {
    const mail = document.getElementById("mail");
    const address = mail.href.split("?")[0];
    const body = encodeURIComponent(message.value.replace(/\r?\n/g, "\r\n"));
    mail.href = `${address}?subject=${encodeURIComponent(document.getElementById("subject").value)}&body=${body}`;
  }
  // Whoever booked before is offered by name; their email comes along.
  if (target.list?.id === "people" && target.name === "name") {
    const known = [...target.list.options].find((option) => option.value === target.value);
    const email = target.form?.elements.email;
    if (known && email && !email.value) email.value = known.dataset.email;
  }
});

// The note is in a form of its own; the options are sent with it.
document.addEventListener("input", ({ target }) => {
  if (target.id !== "label") return;
  for (const field of document.querySelectorAll("[data-follows=label]")) field.value = target.value;
});

function ready() {
  showTyped();
  for (const code of document.querySelectorAll("[data-shown]")) {
    if (code.dataset.shown) continue;
    code.dataset.shown = "yes";
    handOut(code.closest("#share")?.dataset.handedOut);
  }
  if (!navigator.share) return;
  for (const place of document.querySelectorAll("[data-share-text]:empty")) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: place.dataset.label });
    button.addEventListener("click", async () => {
      const text = document.getElementById(place.dataset.shareText).value;
      await navigator.share({ text }).then(() => handOut(place.closest("#share")?.dataset.handedOut), () => {});
    });
    place.append(button);
  }
}
document.addEventListener("htmx:after:swap", ready);
ready();

// What was done can be undone for ten seconds, and longer while somebody is at it. "Make active again" stays in the row.
const TOAST_MS = 10_000;
for (const toast of document.querySelectorAll("[data-passes]")) {
  const close = () => (toast.matches(":hover, :focus-within") ? setTimeout(close, TOAST_MS) : toast.remove());
  setTimeout(close, TOAST_MS);
}
