// How a reader wants the captions to look: kept in this browser, applied to the whole page.

const KEPT = "liniya.look";
const SIZES = 7; // captions.css gives each its size
const USUAL = { size: 2, theme: "", contrast: false, two: false };

export function keepLook(form, onChange, tellSize) {
  const look = { ...USUAL, ...stored() };
  const { theme, contrast, two } = form.elements;
  theme.value = look.theme;
  contrast.checked = look.contrast;
  two.checked = look.two;
  const apply = () => {
    Object.assign(document.documentElement.dataset, {
      size: look.size,
      theme: look.theme,
      contrast: look.contrast ? "more" : "",
      lines: look.two ? "two" : "",
    });
    onChange();
  };
  const change = (changed) => {
    Object.assign(look, changed);
    apply();
    store(look);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    change({ theme: theme.value, contrast: contrast.checked, two: two.checked });
  });
  for (const button of form.querySelectorAll("[data-size]")) {
    button.addEventListener("click", () => {
      change({ size: Math.min(SIZES, Math.max(1, look.size + Number(button.dataset.size))) });
      tellSize(look.size);
    });
  }
  apply();
}

// A browser may keep nothing at all: then the usual look it is.
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function store(look) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(look));
  } catch {
    return;
  }
}
