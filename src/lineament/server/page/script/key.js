/** The API key: asked for when the server wants one, kept until the tab is closed. */

import { button, element } from "./element.js";

const STORE = "lineament.key";
let open = null;

/** The key of this tab, or null. */
export function heldKey() {
  return sessionStorage.getItem(STORE);
}

/** Show the button that removes the key for as long as there is one. */
export function startKey(dropButton) {
  dropButton.addEventListener("click", () => keep(null));
  keep(heldKey());
}

function keep(key) {
  if (key) sessionStorage.setItem(STORE, key);
  else sessionStorage.removeItem(STORE);
  document.getElementById("drop-key").hidden = !key;
}

/**
 * Ask for a key; several questions at once share one dialog.
 *
 * @param {string|null} tried the key that it refused
 * @returns {Promise<boolean>} whether there is a new key to try
 */
export function askKey(tried) {
  if (heldKey() && heldKey() !== tried) return Promise.resolve(true);
  open ??= dialog(tried).finally(() => {
    open = null;
  });
  return open;
}

function dialog(tried) {
  return new Promise((resolve) => {
    const field = element("input", {
      id: "key-field",
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      required: true,
      "aria-describedby": "key-why key-where",
    });
    const form = element(
      "form",
      { method: "dialog" },
      element("h2", { id: "key-title" }, tried ? "This key was not accepted" : "This server asks for a key"),
      element(
        "p",
        { id: "key-why" },
        tried ? "Perhaps a letter is missing, or it was taken back." : "It answers this question only to those who have one.",
      ),
      element("label", { for: "key-field" }, "API key"),
      field,
      element(
        "p",
        { id: "key-where", class: "hint" },
        "It stays in this tab until the tab is closed, and goes to this server alone. " +
          "Whoever runs the server can give you one.",
      ),
      element(
        "div",
        { class: "actions" },
        button("Cancel", () => box.close()),
        element("button", { type: "submit", class: "main" }, "Use this key"),
      ),
    );
    const box = element("dialog", { "aria-labelledby": "key-title" }, form);
    let given = false;
    form.addEventListener("submit", () => {
      keep(field.value.trim());
      given = true;
    });
    box.addEventListener("close", () => {
      box.remove();
      resolve(given);
    });
    document.body.append(box);
    box.showModal();
    field.focus();
  });
}
