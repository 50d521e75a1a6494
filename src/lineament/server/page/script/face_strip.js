/** The faces of a photo as a row of crops, of which one is chosen. */

import { element } from "./element.js";
import { cropped } from "./photo.js";

/**
 * Native radios, so that the arrow keys go from face to face.
 *
 * @param {object} what
 * @param {{box: number[]}[]} what.faces
 * @param {HTMLImageElement|null} what.image
 * @param {number} what.width of the photo in pixels
 * @param {string} what.group name of the radios, unlike any other on the page
 * @param {(place: number) => void} what.onPick
 * @param {(place: number) => string} [what.caption] what is written under a crop
 */
export function faceStrip({ faces, image, width, group, onPick, caption = (place) => `${place + 1}` }) {
  return element(
    "fieldset",
    { class: "face-strip" },
    element("legend", { class: "unseen" }, "Face"),
    ...faces.map(({ box }, place) =>
      element(
        "label",
        { class: "face-choice" },
        element("input", {
          type: "radio",
          name: group,
          value: place,
          checked: place === 0,
          onchange: () => onPick(place),
        }),
        cropped(image, box, width),
        element("span", {}, element("span", { class: "unseen" }, "Face "), caption(place)),
      ),
    ),
  );
}

/** Choose a face from outside, as by a click on the photo. */
export function pickInStrip(strip, place) {
  const radio = strip?.querySelector(`input[value="${place}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.closest("label").scrollIntoView({ block: "nearest", inline: "nearest" });
}
