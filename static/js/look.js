// What invitees will see, while a colour or a logo is chosen. Nothing is saved before the form is sent.
const form = document.querySelector("[data-colours]");
const seen = document.getElementById("seen");
const LOGO = { width: 160, height: 64 };
let asked = 0;

async function wear(accent) {
  const number = ++asked;
  const answer = await fetch(`${form.dataset.colours}?${new URLSearchParams({ accent })}`);
  if (!answer.ok || answer.redirected) return;
  const { light, dark } = await answer.json();
  if (number !== asked) return; // a later colour was chosen meanwhile
  for (const name of Object.keys(light)) seen.style.setProperty(name, `light-dark(${light[name]}, ${dark[name]})`);
}

async function show(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(LOGO.width / image.width, LOGO.height / image.height);
  const canvas = Object.assign(document.createElement("canvas"), { className: "logo", width: image.width * scale * 2, height: image.height * scale * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.style.inlineSize = `${image.width * scale}px`;
  seen.querySelector("[data-face]").replaceChildren(canvas);
}

if (form && document.getElementById("errors")) wear(form.elements.accent.value).catch(() => {}); // what was not saved
form?.elements.accent.addEventListener("input", ({ target }) => wear(target.value).catch(() => {}));
// What is no image is said when the form is sent.
form?.elements.logo.addEventListener("change", ({ target }) => target.files[0] && show(target.files[0]).catch(() => {}));
