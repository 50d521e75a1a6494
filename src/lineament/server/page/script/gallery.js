/** Questions about the gallery, and what is said where there is none. */

import { element } from "./element.js";
import { notice } from "./notice.js";
import { ask, askBytes } from "./server.js";

/** Whether the server has a gallery; asked each time, since a server may be started anew. */
export async function hasGallery() {
  return (await ask("health")).gallery;
}

export const info = (signal) => ask("v1/gallery", { signal });

/** People by pages. */
export function people({ tag = "", offset = 0, limit = 50, signal } = {}) {
  const query = new URLSearchParams({ offset, limit });
  if (tag) query.set("tag", tag);
  return ask(`v1/gallery/people?${query}`, { signal });
}

export const person = (id, signal) => ask(`v1/gallery/people/${encodeURIComponent(id)}`, { signal });

export const forgetPerson = (id) => ask(`v1/gallery/people/${encodeURIComponent(id)}`, { method: "DELETE" });

export const forgetTemplate = (id) => ask(`v1/gallery/templates/${encodeURIComponent(id)}`, { method: "DELETE" });

export const thumbnail = (id) => askBytes(`v1/gallery/templates/${encodeURIComponent(id)}/thumbnail`, { quiet: true });

/** Shown by every view that needs a gallery where the server has none. */
export function noGallery() {
  return notice(
    "plain",
    "This server runs without a gallery",
    element(
      "div",
      {},
      element("p", {}, "Nobody can be enrolled or found here. Whoever runs the server can start it with one:"),
      element("pre", {}, element("code", {}, "lineament serve --gallery gallery.db")),
      element("p", { class: "hint" }, "The file is made if it is missing. Faces and Compare work without it."),
    ),
  );
}
