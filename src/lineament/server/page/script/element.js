/** Making elements without markup in strings, so that no text can ever become markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 *
 * @param {string} tag
 * @param {object} [given] attributes by name; `on...` functions are listeners, `true` is an
 *   attribute without a value, and false, null and undefined leave it out
 * @param {...(Node|string|null|undefined|false)} children
 */
export function element(tag, given = {}, ...children) {
  return filled(document.createElement(tag), given, children);
}

/** An SVG element; otherwise as `element`. */
export function drawn(tag, given = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), given, children);
}

/** An icon of strokes in the colour of the text around it. */
export function icon(path, size = 20) {
  return drawn(
    "svg",
    { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon" },
    drawn("path", {
      d: path,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "1.7",
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    }),
  );
}

/** A button that does not send a form. */
export function button(words, onclick, given = {}) {
  return element("button", { type: "button", onclick, ...given }, words);
}

function filled(made, given, children) {
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}
