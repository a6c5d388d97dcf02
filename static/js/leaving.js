// While a page is left, Firefox and WebKit let its requests fail, before "pagehide". That is no trouble: nobody hears
// of it. A download also brings "beforeunload" but leaves nothing, so this ends by itself.
{
  const LEAVING_MS = 1000;
  let left = -Infinity;
  addEventListener("beforeunload", () => (left = performance.now()));
  addEventListener("pageshow", () => (left = -Infinity));
  const stop = (event) => performance.now() - left < LEAVING_MS && event.stopImmediatePropagation();
  addEventListener("htmx:error", stop, true);
}
