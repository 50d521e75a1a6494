/** The answer of a comparison, in plain words and on a scale. */

import { drawn, element } from "./element.js";
import { oneIn, percent, score, sentence } from "./words.js";

/** One line that says what came out. */
export function verdictTitle({ score: value, same }) {
  if (value === null) return "Not compared";
  if (same === null) return "Compared, without a decision";
  return same ? "Taken for the same person" : "Not taken for the same person";
}

/**
 * @param {object} answer of `lineament verify --json`
 * @returns {Node[]}
 */
export function verdict(answer) {
  const { score: value, same, reason } = answer;
  const kind = same === null ? "" : same ? "yes" : "no";
  return [
    element("h2", { class: `verdict-title ${kind}` }, verdictTitle(answer)),
    value !== null && scale(answer),
    value !== null && numbers(answer),
    reason && element("p", {}, sentence(reason)),
    answer.false_match_rate !== null && meaning(answer),
  ].filter(Boolean);
}

/** Where the score lies, and where the threshold; scores below 0 stand at the left end. */
export function scale({ score: value, threshold, same }) {
  const at = (number) => `${2 + 96 * Math.min(Math.max(number, 0), 1)}%`;
  const line = (from, to, style) => drawn("line", { x1: at(from), x2: at(to), y1: 26, y2: 26, class: style });
  return drawn(
    "svg",
    { class: "scale", height: 56, width: "100%", "aria-hidden": "true" },
    line(0, 1, "scale-whole"),
    threshold !== null && line(threshold, 1, "scale-same"),
    threshold !== null && drawn("line", { x1: at(threshold), x2: at(threshold), y1: 14, y2: 38, class: "scale-mark" }),
    threshold !== null &&
      drawn("text", { x: at(threshold), y: 52, "text-anchor": "middle" }, `threshold ${score(threshold)}`),
    drawn("text", { x: "2%", y: 12 }, "unlike"),
    drawn("text", { x: "98%", y: 12, "text-anchor": "end" }, "alike"),
    drawn("circle", { cx: at(value), cy: 26, r: 8, class: `scale-score ${same ? "yes" : "no"}` }),
  );
}

function numbers({ score: value, probability, threshold }) {
  const rows = [["Score", score(value), "Cosine of both embeddings. 1 is the very same picture of a face."]];
  if (threshold !== null) rows.push(["Threshold", score(threshold), "From here on two faces are taken for one person."]);
  if (probability !== null) {
    rows.push(["Probability", percent(probability), "That it is one person, if before looking that is as likely as not."]);
  }
  return element(
    "dl",
    { class: "numbers" },
    ...rows.map(([name, number, said]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, number), element("dd", { class: "hint" }, said)),
    ),
  );
}

function meaning({ false_match_rate: rate, protocol }) {
  return element(
    "div",
    { class: "meaning" },
    element(
      "p",
      {},
      `At this threshold, about ${oneIn(rate)} pairs of two different people is still taken for one person. ` +
        "No decision about a person should rest on this alone.",
    ),
    protocol && element("p", { class: "hint" }, `Measured on ${protocol}.`),
  );
}
