/** What came of an enrolment: what was taken, what was refused and why. */

import { button, element } from "./element.js";
import { notice, withCode } from "./notice.js";
import { counted } from "./words.js";

const REASONS = {
  quality: "Not clear enough",
  duplicate: "Enrolled already",
  lookalike: "Looks like somebody else",
  no_face: "No face found",
  full: "There are enough templates",
};

/**
 * @param {object} answer of `POST /v1/gallery/enrol`
 * @param {File[]} files in the order in which they were sent
 * @param {() => void} again sends those that look like somebody else once more
 */
export function enrolled({ person, enrolled: taken, refused }, files, again) {
  const kind = !refused.length ? "good" : taken.length ? "warn" : "bad";
  const title = taken.length
    ? `${person.name}: ${counted(taken.length, "photo")} enrolled${refused.length ? `, ${refused.length} refused` : ""}`
    : "No photo was enrolled";
  const lookalike = refused.some(({ reason }) => reason === "lookalike");
  return notice(
    kind,
    title,
    refused.length
      ? element(
          "ul",
          { class: "refused" },
          ...refused.map(({ index, source, reason, message }) =>
            element(
              "li",
              {},
              element("strong", {}, `${source ?? files[index]?.name ?? "photo"}: ${REASONS[reason] ?? reason}. `),
              ...withCode(message),
            ),
          ),
        )
      : "They are found in photos from now on.",
    ...(taken.length ? [element("a", { class: "button", href: `#/people/${encodeURIComponent(person.id)}` }, `See ${person.name}`)] : []),
    ...(lookalike ? [button("It is another person: enrol all the same", again)] : []),
  );
}
