/** What is known of one face, in words and numbers. */

import { drawn, element } from "./element.js";
import { choices, heading } from "./attribute_words.js";
import { colourOf } from "./part_colours.js";
import { counted, percent, turned } from "./words.js";

const MEANING =
  "These are looks in this one picture, by labels that a network learned. They do not say who " +
  "somebody is, and they are often wrong, above all on age and gender presentation.";

/**
 * @param {object} face of docs/output.md
 * @returns {DocumentFragment}
 */
export function faceFacts(face) {
  const all = document.createDocumentFragment();
  all.append(detected(face));
  if (face.attributes) all.append(attributes(face.attributes));
  if (face.parts) all.append(parts(face.parts));
  return all;
}

function detected({ box: [x1, y1, x2, y2], score, pose }) {
  const size = `${Math.round(x2 - x1)} × ${Math.round(y2 - y1)} px`;
  return element(
    "dl",
    { class: "facts" },
    ...pair("Size", size),
    ...pair("Detector’s score", score.toFixed(4)),
    ...(pose ? pair("Head", turned(pose)) : []),
  );
}

function pair(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}

function attributes(given) {
  const rows = choices(given).map(([task, { label, probability }]) =>
    element(
      "li",
      {},
      element("span", { class: "task" }, heading(task)),
      element("span", { class: "answer" }, label),
      element("span", { class: "probability" }, percent(probability)),
      bar(probability),
    ),
  );
  return element(
    "section",
    { class: "attributes" },
    element("h3", {}, "Attributes"),
    element("ul", { class: "bars" }, ...rows),
    element("p", { class: "hint" }, MEANING),
  );
}

/** A line as long as a share from 0 to 1. */
export function bar(share) {
  return drawn(
    "svg",
    { class: "bar", viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { class: "bar-whole", width: 100, height: 1 }),
    drawn("rect", { class: "bar-share", width: Math.round(share * 1000) / 10, height: 1 }),
  );
}

function parts({ areas, region }) {
  const seen = Object.entries(areas)
    .filter(([, pixels]) => pixels > 0)
    .sort(([, one], [, other]) => other - one);
  const whole = region[2] * region[3];
  return element(
    "section",
    { class: "parts" },
    element("h3", {}, "Parts"),
    element(
      "ul",
      { class: "legend" },
      ...seen.map(([part, pixels]) =>
        element(
          "li",
          { title: counted(pixels, "pixel") },
          drawn(
            "svg",
            { viewBox: "0 0 12 12", class: "swatch", "aria-hidden": "true" },
            drawn("rect", { width: 12, height: 12, rx: 3, fill: colourOf(part) }),
          ),
          element("span", {}, part.replaceAll("_", " ")),
          element("span", { class: "share" }, percent(pixels / whole)),
        ),
      ),
    ),
    element("p", { class: "hint" }, "Shares of the square round this face. Left and right are the person’s own."),
  );
}
