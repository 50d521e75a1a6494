/** Questions to the server. Addresses are relative, so that a proxy may put it under a path. */

import { Problem, problemOf } from "./problem.js";
import { askKey, heldKey } from "./key.js";

/**
 * The JSON answer to a question, or a `Problem`.
 *
 * On 401 the page asks for a key and tries again, unless `quiet`.
 *
 * @param {string} path without a slash at its beginning
 * @param {object} [how]
 * @param {string} [how.method]
 * @param {() => FormData} [how.form] made anew for every try
 * @param {AbortSignal} [how.signal]
 * @param {boolean} [how.quiet]
 */
export async function ask(path, how = {}) {
  const response = await answered(path, how);
  return response.status === 204 ? null : response.json();
}

/** The bytes of an answer as a Blob; otherwise as `ask`. */
export async function askBytes(path, how = {}) {
  return (await answered(path, how)).blob();
}

async function answered(path, { method, form, signal, quiet = false }) {
  for (;;) {
    const key = heldKey();
    const response = await sent(path, {
      method: method ?? (form ? "POST" : "GET"),
      body: form?.(),
      signal,
      headers: key ? { Authorization: `Bearer ${key}` } : {},
      cache: "no-store",
    });
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status !== 401 || quiet) throw problem;
    if (!(await askKey(key))) throw problem;
  }
}

async function sent(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw await unanswered(init.body !== undefined);
  }
}

/** Why no answer came: a server that is gone, or one that hung up on what was sent. */
async function unanswered(upload) {
  const alive = await fetch("health", { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
  if (alive && upload) {
    return new Problem({
      title: "The connection broke while the photo was sent",
      detail: "The server is there, but hung up. The file may be larger than it takes; try a smaller one.",
    });
  }
  return new Problem({
    title: "The server does not answer",
    detail:
      "Nothing came back from the address that this page was loaded from. " +
      "See whether `lineament serve` still runs there, then try again.",
  });
}
