/** A question that must be answered before something is lost. */

import { button, element } from "./element.js";

/**
 * @param {object} what
 * @param {string} what.title a question
 * @param {string[]} what.goes what will be gone, one line each
 * @param {string} what.stays what remains
 * @param {string} what.yes words of the button that does it
 * @returns {Promise<boolean>}
 */
export function confirmLoss({ title, goes, stays, yes }) {
  return new Promise((resolve) => {
    let sure = false;
    const no = button("Keep", () => box.close());
    const box = element(
      "dialog",
      { role: "alertdialog", "aria-labelledby": "loss-title", "aria-describedby": "loss-text" },
      element("h2", { id: "loss-title" }, title),
      element(
        "div",
        { id: "loss-text" },
        element("p", {}, "This goes for good:"),
        element("ul", { class: "goes" }, ...goes.map((line) => element("li", {}, line))),
        element("p", { class: "hint" }, stays),
      ),
      element(
        "div",
        { class: "actions" },
        no,
        button(
          yes,
          () => {
            sure = true;
            box.close();
          },
          { class: "danger" },
        ),
      ),
    );
    box.addEventListener("close", () => {
      box.remove();
      resolve(sure);
    });
    document.body.append(box);
    box.showModal();
    no.focus();
  });
}
