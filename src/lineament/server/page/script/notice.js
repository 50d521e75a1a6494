/** The states of a place that has nothing to show: empty, loading, failed. */

import { button, element } from "./element.js";
import { sentence } from "./words.js";

/**
 * A notice with a title, a text and what can be done.
 *
 * @param {"bad"|"warn"|"good"|"plain"} kind
 * @param {string} title
 * @param {string|Node} text
 * @param {...Node} actions
 */
export function notice(kind, title, text, ...actions) {
  return element(
    "div",
    { class: `notice ${kind}`, role: kind === "bad" ? "alert" : null },
    element("p", { class: "notice-title" }, title),
    typeof text === "string" ? element("p", {}, ...withCode(text)) : text,
    actions.length > 0 && element("div", { class: "actions" }, ...actions),
  );
}

/**
 * A problem, with a way to try again where trying may help.
 *
 * @param {Problem} problem
 * @param {(() => void)|null} again
 */
export function problemNotice(problem, again = null) {
  const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : "";
  const made = notice(
    "bad",
    problem.title,
    sentence(problem.detail) + wait,
    ...(again && problem.mayPass ? [button("Try again", again)] : []),
  );
  if (problem.status) made.append(element("p", { class: "hint" }, traced(problem)));
  return made;
}

/** By what whoever runs the server finds the problem in its log. */
function traced({ status, request }) {
  return request ? `HTTP status ${status}, request ${request.slice(0, 8)} in the server’s log` : `HTTP status ${status}`;
}

/**
 * A line that moves while something is awaited.
 *
 * @param {string} words
 * @param {(() => void)|null} cancel
 */
export function waiting(words, cancel = null) {
  return element(
    "div",
    { class: "waiting", role: "status" },
    element("span", { class: "waiting-bar", "aria-hidden": "true" }),
    element("span", {}, words),
    cancel && button("Cancel", cancel, { class: "quiet small" }),
  );
}

/** Text as a sentence, in which what stands between backquotes is code. */
export function withCode(text) {
  return sentence(text).split("`").map((piece, place) => (place % 2 ? element("code", {}, piece) : piece));
}
