/** Forgetting: what goes is said before, and what went afterwards. */

import { confirmLoss } from "./confirm.js";
import { forgetPerson, forgetTemplate } from "./gallery.js";
import { notice, problemNotice } from "./notice.js";
import { Problem } from "./problem.js";
import { counted } from "./words.js";

const STAYS =
  "It cannot be taken back. In the audit log stays a line that somebody was forgotten, without a name. " +
  "Copies outside of this gallery, such as exports and backups, are not touched.";

/**
 * Ask, then forget a person.
 *
 * @param {{id: string, name: string, templates: number, tags: string[]}} person
 * @returns {Promise<{told: HTMLElement, answer: object|null}|null>} what came of it, in words and
 *   as the server told it; null where the person is kept
 */
export async function forgetPersonAfterAsking({ id, name, templates, tags }) {
  const sure = await confirmLoss({
    title: `Forget ${name}?`,
    goes: [
      `The name, ${tags.length ? `the tags ${tags.join(", ")} ` : ""}and the dates`,
      `${counted(templates, "template")}, by which this person is found in photos`,
      "The small pictures of the face, where any were kept",
      "This person’s lines in the audit log",
    ],
    stays: STAYS,
    yes: `Forget ${name}`,
  });
  if (!sure) return null;
  return outcomeOf(() => forgetPerson(id), `${name} is forgotten`);
}

/** Ask, then forget one template of a person; otherwise as above. */
export async function forgetTemplateAfterAsking(template, name, last) {
  const sure = await confirmLoss({
    title: `Forget this photo of ${name}?`,
    goes: ["Its template, by which the person is found in photos", "Its small picture, where one was kept"],
    stays: last
      ? `It is the last one, so that the person goes with it: name, tags and dates. ${STAYS}`
      : "The person stays in the gallery, with the other templates. It cannot be taken back.",
    yes: "Forget this photo",
  });
  if (!sure) return null;
  return outcomeOf(() => forgetTemplate(template.id), last ? `${name} is forgotten` : "The photo is forgotten");
}

async function outcomeOf(act, title) {
  try {
    const answer = await act();
    const proof = `${counted(answer.templates.length, "template")} deleted. A search proved that it is found no more.`;
    const later = answer.erased ? "" : " The store’s server frees the place on its disk in its own time.";
    return { told: notice("good", title, proof + later), answer };
  } catch (problem) {
    if (problem instanceof Problem) return { told: problemNotice(problem), answer: null };
    throw problem;
  }
}
