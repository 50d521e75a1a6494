/** The beginning of every view. */

import { element } from "./element.js";

/**
 * @param {string} title takes the focus when the view opens
 * @param {string} lead one sentence that says what the view is for
 * @param {...Node} tools at the right of the title
 */
export function viewHead(title, lead, ...tools) {
  return element(
    "header",
    { class: "view-head" },
    element("div", {}, element("h1", { tabindex: "-1" }, title), element("p", { class: "lead" }, lead)),
    tools.length > 0 && element("div", { class: "actions" }, ...tools),
  );
}
