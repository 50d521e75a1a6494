/** Boxes, points, parts and words laid over a photo, each a layer of its own. */

import { drawn, element } from "./element.js";
import { phrases } from "./attribute_words.js";
import { dotsOf, linesOf, piecesOf } from "./outlines.js";
import { colourOf } from "./part_colours.js";

export const LAYERS = ["boxes", "points", "parts", "attributes"];

const SMALLEST_DESCRIBED = 52;
const MOST_PHRASES = 5;
/** Of more faces than this, words stand at the chosen one alone, or they would cover each other. */
const MOST_DESCRIBED = 3;

/** The layers over one photo; `element` covers it. */
export class Layers {
  /** @param {(face: number) => void} onPick called with the place of the face that was clicked */
  constructor(onPick = () => {}) {
    this.onPick = onPick;
    this.faces = [];
    this.picked = 0;
    this.hidden = new Set();
    this.svg = drawn("svg", { class: "layers-drawn", preserveAspectRatio: "none" });
    this.words = element("div", { class: "layers-words" });
    this.element = element("div", { class: "layers", "aria-hidden": "true" }, this.svg, this.words);
    this.width = 1;
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /**
   * Draw faces anew.
   *
   * @param {object[]} faces of docs/output.md; `said` are words instead of those of the attributes
   * @param {number} width of the photo in pixels
   * @param {number} height of the photo in pixels
   */
  show(faces, width, height) {
    Object.assign(this, { faces, width, height });
    // The centre of the first pixel is at (0, 0), so its corner is half a pixel before it.
    this.svg.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
    this.svg.replaceChildren(this.drawParts(), this.drawBoxes(), this.drawPoints());
    this.words.replaceChildren(...faces.map((face) => this.drawWords(face)));
    this.pick(Math.min(this.picked, Math.max(0, faces.length - 1)));
  }

  /** Switch one layer on or off. */
  toggle(layer, on) {
    if (on) this.hidden.delete(layer);
    else this.hidden.add(layer);
    this.element.classList.toggle(`without-${layer}`, !on);
  }

  /** Mark the face at this place. */
  pick(place) {
    this.picked = place;
    for (const marked of this.element.querySelectorAll(".picked")) marked.classList.remove("picked");
    for (const mine of this.element.querySelectorAll(`[data-face="${place}"]`)) mine.classList.add("picked");
    this.fit();
  }

  drawParts() {
    const group = drawn("g", { class: "layer-parts" });
    // The first face lies on top where faces overlap.
    for (const [place, face] of [...this.faces.entries()].reverse()) {
      for (const [part, pieces] of Object.entries(face.parts?.polygons ?? {})) {
        const colour = colourOf(part);
        group.append(
          drawn("path", { d: piecesOf(pieces), fill: colour, stroke: colour, "data-part": part, "data-of": place }),
        );
      }
    }
    return group;
  }

  drawBoxes() {
    const group = drawn("g", { class: "layer-boxes" });
    for (const [place, { box }] of this.faces.entries()) {
      const [x, y, right, bottom] = box;
      const sides = { x, y, width: right - x, height: bottom - y };
      group.append(
        drawn(
          "g",
          { "data-face": place, class: "face-box", onclick: () => this.onPick(place) },
          drawn("rect", { ...sides, class: "rim" }),
          drawn("rect", { ...sides, class: "line" }),
        ),
      );
    }
    return group;
  }

  drawPoints() {
    const group = drawn("g", { class: "layer-points" });
    for (const [place, face] of this.faces.entries()) {
      const lines = face.landmarks ? linesOf(face.landmarks) : "";
      const dots = dotsOf(face.landmarks?.points ?? face.five_points ?? []);
      group.append(
        drawn(
          "g",
          { "data-of": place },
          lines && drawn("path", { d: lines, class: "rim" }),
          lines && drawn("path", { d: lines, class: "line" }),
          drawn("path", { d: dots, class: "dots-rim" }),
          drawn("path", { d: dots, class: "dots" }),
        ),
      );
    }
    return group;
  }

  drawWords(face) {
    const said = face.said ?? (face.attributes ? phrases(face.attributes).slice(0, MOST_PHRASES) : []);
    return element("p", { class: "said" }, ...said.map((phrase) => element("span", {}, phrase)));
  }

  /** Bring strokes and words to the size at which the photo is shown. */
  fit() {
    const shown = this.element.clientWidth;
    if (!shown || !this.height) return;
    const scale = shown / this.width;
    for (const [place, face] of this.faces.entries()) {
      const side = (face.box[2] - face.box[0]) * scale;
      const points = this.svg.querySelector(`.layer-points [data-of="${place}"]`);
      points?.setAttribute("class", side < 40 ? "tiny" : side < 110 ? "small" : "large");
      this.place(this.words.children[place], face.box, side, place);
    }
  }

  place(words, [x1, , x2, y2], side, place) {
    if (!words) return;
    const wanted = this.faces.length > MOST_DESCRIBED ? place === this.picked : side >= SMALLEST_DESCRIBED;
    words.hidden = !wanted || !words.children.length;
    if (words.hidden) return;
    const below = y2 / this.height < 0.86;
    const middle = Math.min(Math.max((x1 + x2) / 2 / this.width, 0.12), 0.88);
    words.style.left = `${middle * 100}%`;
    words.style.top = `${Math.min(y2 / this.height, 1) * 100}%`;
    words.style.maxWidth = `${Math.max(side * 1.6, 190)}px`;
    words.classList.toggle("above", !below);
  }
}
