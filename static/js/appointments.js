// Whoever points at an appointment in the list, or comes to it by the keyboard, sees it in the week; the button prints.
{
  const light = (event) => {
    const href = event.target.closest?.("[data-appointment]")?.querySelector("a")?.getAttribute("href");
    for (const block of document.querySelectorAll("#week [data-block]")) block.classList.toggle("lit", block.getAttribute("href") === href);
  };
  document.addEventListener("pointerover", light);
  document.addEventListener("focusin", light);
  document.addEventListener("click", (event) => event.target.closest?.("[data-print]") && print());
}
