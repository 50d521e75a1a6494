/** The switch between the colours of the system, light and dark. */

const KEY = "lineament.theme";

/** @param {HTMLFieldSetElement} fieldset three radios named `theme` */
export function startTheme(fieldset) {
  const root = document.documentElement;
  const chosen = root.dataset.theme ?? "system";
  for (const radio of fieldset.querySelectorAll("input")) {
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => choose(root, radio.value));
  }
}

function choose(root, theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // The choice then lasts as long as the page.
  }
}
