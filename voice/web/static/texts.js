// Every text the scripts show; the page's template holds them as <template id="texts"><p data-key=...>.

export const texts = Object.fromEntries(
  [...document.getElementById("texts").content.querySelectorAll("[data-key]")].map((item) => [
    item.dataset.key,
    item.textContent,
  ]),
);
