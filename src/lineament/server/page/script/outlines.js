/**
 * From numbers of docs/output.md to paths of SVG, in pixels of the photo. Pure: no page is needed.
 */

/** First point, point behind the last, and whether the line closes, of each group of 300-W. */
const IBUG_68 = [
  [0, 17, false],
  [17, 22, false],
  [22, 27, false],
  [27, 31, false],
  [31, 36, false],
  [36, 42, true],
  [42, 48, true],
  [48, 60, true],
  [60, 68, true],
];

/** Lines that join the points of a face; empty for a scheme whose groups are not known. */
export function linesOf({ scheme, points }) {
  if (scheme !== "ibug-68") return "";
  return IBUG_68.map(([from, to, closed]) => ring(points.slice(from, to), closed)).join("");
}

/** Dots: strokes without a length, which round ends turn into dots of one size at any zoom. */
export function dotsOf(points) {
  return points.map(([x, y]) => `M${x} ${y}h0`).join("");
}

/** The pieces of one part, each an outer ring and its holes; to be filled by `evenodd`. */
export function piecesOf(pieces) {
  return pieces.flatMap((rings) => rings.map((points) => ring(points, true))).join("");
}

function ring(points, closed) {
  if (!points.length) return "";
  return `M${points.map(([x, y]) => `${x} ${y}`).join("L")}${closed ? "Z" : ""}`;
}
