/** The ways by which a photo comes onto the page: dropped, chosen, taken by the camera. */

import { element, button, icon } from "./element.js";
import { takePhoto } from "./camera.js";

const CHOOSE = "M4 16.5V19a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-2.5M12 15.5V4m0 0L7.5 8.5M12 4l4.5 4.5";
const CAMERA = "M4 8.5A1.5 1.5 0 0 1 5.5 7h2.2l1.5-2.2h5.6L16.3 7h2.2A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z";

/**
 * The two buttons, and the file field behind the first.
 *
 * @param {object} what
 * @param {string} what.choose words of the first button
 * @param {boolean} [what.multiple]
 * @param {boolean} [what.small]
 * @param {(files: File[]) => void} what.onFiles
 */
export function entryButtons({ choose, multiple = false, small = false, onFiles }) {
  const field = element("input", {
    type: "file",
    accept: "image/*,.tif,.tiff,.bmp,.webp",
    multiple,
    hidden: true,
    onchange: () => {
      const files = [...field.files];
      field.value = "";
      if (files.length) onFiles(files);
    },
  });
  const kind = small ? "quiet small" : "";
  const chooser = element(
    "button",
    { type: "button", class: small ? kind : "main", onclick: () => field.click() },
    icon(CHOOSE, small ? 16 : 20),
    choose,
  );
  const camera =
    navigator.mediaDevices?.getUserMedia &&
    element(
      "button",
      {
        type: "button",
        class: kind,
        onclick: async () => {
          const file = await takePhoto();
          if (file) onFiles([file]);
        },
      },
      icon(CAMERA, small ? 16 : 20),
      small ? "Camera" : "Use the camera",
    );
  return element("div", { class: "actions entry" }, chooser, camera || null, field);
}

/**
 * Let files be dropped on an element; it has the class `dropping` while they hang over it.
 *
 * @param {HTMLElement} place
 * @param {(files: File[]) => void} onFiles
 */
export function takesDrops(place, onFiles) {
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    place.classList.toggle("dropping", depth > 0);
  };
  place.addEventListener("dragenter", () => over(1));
  place.addEventListener("dragleave", () => over(-1));
  place.addEventListener("dragover", (event) => event.preventDefault());
  // Seen here even where an element inside takes the drop for itself.
  place.addEventListener("drop", () => over(-depth), true);
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length) onFiles(files);
  });
}

/** Files that hang on a paste, without what is text. */
export function pastedFiles(event) {
  return [...(event.clipboardData?.files ?? [])];
}

/** A button that takes the photo away. */
export function removeButton(words, onclick) {
  return button(words, onclick, { class: "quiet small" });
}
