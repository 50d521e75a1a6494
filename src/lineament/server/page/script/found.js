/** Who one face is taken for, with the other people it resembles. */

import { element } from "./element.js";
import { bar } from "./face_facts.js";
import { oneIn, percent, score, sentence } from "./words.js";

/** One or two words under a crop. */
export function foundWord({ known, matches }) {
  if (known) return matches[0].name;
  return known === null && matches.length ? "perhaps" : "not known";
}

/**
 * @param {object} face of `POST /v1/gallery/search`
 * @returns {Node[]}
 */
export function foundOf(face) {
  const { matches, known } = face;
  const best = matches[0];
  return [
    element("h3", { class: `found-title ${known ? "yes" : ""}` }, title(face)),
    element("p", { class: "soft" }, explained(face)),
    best && element("p", { class: "unseen" }, "The most alike people:"),
    best && element("ol", { class: "matches" }, ...matches.map((match) => row(match, face))),
  ].filter(Boolean);
}

function title({ known, matches }) {
  if (known) return matches[0].name;
  if (!matches.length) return "Nobody to compare with";
  return known === null ? "No decision" : "Not known";
}

function explained({ matches, known, threshold, fpir, reason }) {
  if (!matches.length) return "The gallery holds nobody with these tags, or nobody at all.";
  if (known === null) {
    return `Nothing is decided; the people below are the most alike. ${reason ? sentence(reason) : ""}`;
  }
  const rule = `The threshold is ${score(threshold)}: about ${oneIn(fpir)} strangers would be given a name.`;
  return known ? rule : `Nobody in the gallery is alike enough. ${rule}`;
}

function row({ person_id: id, name, score: value, probability }, { threshold }) {
  const reaches = threshold !== null && value >= threshold;
  return element(
    "li",
    { class: reaches ? "reaches" : "" },
    element("a", { href: `#/people/${encodeURIComponent(id)}` }, name),
    element("span", { class: "probability" }, probability === null ? "" : percent(probability)),
    element("span", { class: "hint" }, `score ${score(value)}${reaches ? ", reaches the threshold" : ""}`),
    bar(Math.max(0, value)),
  );
}
