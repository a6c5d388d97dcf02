// Weekly hours as switches and times. The text of each day is what is sent: they are made from it, and write it back.
// A text that is not understood stays a text field, so nothing that was typed is lost.
{
  const MIDNIGHT = "24:00"; // an end; the field for a time shows 00:00
  const WINDOW = /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?$/;
  const kept = {}; // the hours of a day before it was switched off
  let typing = false;
  let copied = null; // the day whose hours are about to be copied

  const days = () => [...document.querySelectorAll("[data-day]")];
  const field = (day) => day.querySelector("input[name]");
  const name = (day) => day.querySelector("label").textContent;
  const clock = (hours, minutes = "00") => `${hours.padStart(2, "0")}:${minutes}`;
  const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const text = (total) => clock(String(Math.floor(total / 60)), String(total % 60).padStart(2, "0"));

  // Returns pairs of times, or null if the text is not understood.
  function read(words) {
    const pairs = [];
    for (const part of words.split(",").map((each) => each.trim()).filter(Boolean)) {
      const [, since, sinceMinutes, until, untilMinutes] = part.match(WINDOW) ?? [];
      if (!since) return null;
      const pair = [clock(since, sinceMinutes), clock(until, untilMinutes)];
      if (pair.some((time) => time > MIDNIGHT || time.slice(3) > "59") || pair[0] === MIDNIGHT) return null;
      pairs.push(pair);
    }
    return pairs;
  }

  const windows = (day) => [...day.querySelectorAll("[data-window]")];
  const times = (window) => [window.querySelector("[data-opens]"), window.querySelector("[data-closes]")];

  // Writes the text, and lets the form know.
  function write(day) {
    const pairs = windows(day).map((window) => times(window).map(({ value }) => value));
    field(day).value = pairs.map(([opens, closes]) => `${opens}-${closes === "00:00" ? MIDNIGHT : closes}`).join(", ");
    mark(day);
    field(day).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function mark(day) {
    const row = day.querySelector("[data-row]");
    const open = windows(day).length > 0;
    row.querySelector("[data-on]").checked = open;
    row.classList.toggle("is-closed", !open);
    for (const window of windows(day)) {
      const [opens, closes] = times(window);
      const wrong = opens.value && closes.value && closes.value !== "00:00" && closes.value <= opens.value;
      window.classList.toggle("until-midnight", closes.value === "00:00");
      for (const time of [opens, closes]) time.setAttribute("aria-invalid", String(Boolean(wrong)));
    }
  }

  function made(id, day) {
    const copy = document.getElementById(id).content.cloneNode(true);
    for (const each of copy.querySelectorAll("[aria-label]")) each.ariaLabel = each.ariaLabel.replace("{day}", name(day));
    for (const each of copy.querySelectorAll("[data-on] + span")) each.textContent = name(day);
    return copy;
  }

  function add(day, [opens, closes]) {
    const copy = made("day-window", day);
    const [since, until] = times(copy);
    since.value = opens;
    until.value = closes === MIDNIGHT ? "00:00" : closes;
    day.querySelector("[data-windows]").append(copy);
    return since;
  }

  function fill(day, pairs) {
    day.querySelector("[data-windows]").replaceChildren();
    for (const pair of pairs) add(day, pair);
  }

  function build(day) {
    const pairs = read(field(day).value);
    const row = day.querySelector("[data-row]");
    const asText = typing || !pairs;
    day.classList.toggle("built", !asText);
    if (asText) return row?.remove();
    if (row) return;
    field(day).after(made("day-row", day));
    fill(day, pairs);
    mark(day);
  }

  // What a further pair of times begins with: an hour after the last, or nothing where no room is left.
  function further(day) {
    const last = read(field(day).value)?.at(-1);
    const since = last ? minutes(last[1]) + 60 : 9 * 60;
    return since < 23 * 60 ? [text(since), text(Math.min(since + 180, 23 * 60))] : ["", ""];
  }

  function usual(day) {
    const others = days().filter((each) => each !== day).map((each) => read(field(each).value));
    return kept[day.dataset.day] ?? others.find((pairs) => pairs?.length) ?? [["09:00", "17:00"]];
  }

  function turn(day, on) {
    if (!on) kept[day.dataset.day] = read(field(day).value) ?? undefined;
    fill(day, on ? usual(day) : []);
    write(day);
  }

  function copyTo(targets) {
    const from = field(copied).value;
    const changed = days().filter((day) => day !== copied && targets.includes(day.dataset.day));
    for (const day of changed) {
      field(day).value = from;
      day.querySelector("[data-row]")?.remove();
      build(day);
    }
    field(copied).dispatchEvent(new Event("change", { bubbles: true }));
    const said = document.querySelector("[data-hours-said]");
    said.textContent = document.querySelector("[data-hours]").dataset.copied.replace("{what}", changed.map(name).join(", "));
  }

  function openMenu(button, day) {
    copied = day;
    const menu = document.getElementById("copy-menu");
    const title = menu.querySelector("[data-copy-title]");
    title.textContent = title.dataset.copyTitle.replace("{day}", name(day));
    for (const each of menu.querySelectorAll("[data-to]")) each.hidden = each.dataset.to === day.dataset.day;
    menu.showPopover({ source: button });
    menu.querySelector("button").focus();
  }

  function press(button) {
    const day = button.closest("[data-day]");
    if (button.matches("[data-add]")) {
      if (windows(day).length) add(day, further(day)).focus();
      else turn(day, true);
      write(day);
    } else if (button.matches("[data-remove]")) {
      button.closest("[data-window]").remove();
      write(day);
      day.querySelector("[data-add]").focus();
    } else if (button.matches("[data-copy-day]")) openMenu(button, day);
    else if (button.matches("[data-to]")) {
      document.getElementById("copy-menu").hidePopover();
      copyTo(button.dataset.to.split(" "));
      copied.querySelector("[data-copy-day]")?.focus();
    } else if (button.matches("[data-mode]")) {
      typing = !typing;
      start();
    }
  }

  // The button that is not shown has its words in an attribute.
  function start() {
    const mode = document.querySelector("[data-mode]");
    document.querySelector("[data-hours]").classList.toggle("switches", !typing);
    mode.dataset.words ??= mode.textContent;
    mode.textContent = typing ? mode.dataset.other : mode.dataset.words;
    for (const day of days()) build(day);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-hours] button[type=button]");
    if (button) press(button);
  });
  document.addEventListener("change", ({ target }) => {
    const day = target.closest?.("[data-day]");
    if (day && target.matches("[data-on]")) turn(day, target.checked);
    else if (day && target.matches("[type=time]")) write(day);
  });
  document.addEventListener("htmx:after:swap", start); // the form may have come anew, without rows
  start();
}
