/** Which view an address shows. Pure: no page is needed. */

export const FIRST = "faces";

/**
 * @param {string} hash such as `#/people/0123`
 * @returns {{view: string, of: string|null, section: string}} `section` is the link of the
 *   navigation that is current
 */
export function routeOf(hash) {
  const [view, ...rest] = hash.replace(/^#\/?/, "").split("/");
  const of = rest.length ? decoded(rest.join("/")) : null;
  if (view === "people") return { view: of ? "person" : "people", of, section: "people" };
  if (view === "enrol") return { view, of, section: "people" };
  if (view === "compare" || view === "find") return { view, of: null, section: view };
  return { view: FIRST, of: null, section: FIRST };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
