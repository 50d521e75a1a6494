/** The switches of the layers; what is chosen is remembered in this browser. */

import { element } from "./element.js";
import { LAYERS } from "./layers.js";

const STORE = "lineament.layers";
const FIRST = ["boxes", "points", "attributes"];

const SAID = {
  boxes: ["Boxes", "where the detector saw a face"],
  points: ["Points", "landmarks, or else five points"],
  parts: ["Parts", "skin, eyes, lips, hair and so on"],
  attributes: ["Attributes", "in words, if probable enough"],
};

/**
 * @param {(layer: string, on: boolean) => void} onToggle called for every layer at once, then at
 *   each change
 */
export function layerSwitches(onToggle) {
  const shown = new Set(remembered());
  const rows = LAYERS.map((layer) => {
    const [name, said] = SAID[layer];
    const box = element("input", {
      type: "checkbox",
      role: "switch",
      class: "switch",
      id: `layer-${layer}`,
      checked: shown.has(layer),
      "aria-describedby": `layer-${layer}-said`,
      onchange: () => {
        if (box.checked) shown.add(layer);
        else shown.delete(layer);
        keep([...shown]);
        onToggle(layer, box.checked);
      },
    });
    onToggle(layer, box.checked);
    return element(
      "div",
      { class: "switch-row" },
      element(
        "div",
        { class: "switch-words" },
        element("label", { for: box.id }, name),
        element("span", { class: "hint", id: `layer-${layer}-said` }, said),
      ),
      box,
    );
  });
  return element(
    "section",
    { class: "card layers-card", role: "group", "aria-labelledby": "layers-title" },
    element("h2", { id: "layers-title" }, "Layers"),
    ...rows,
  );
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "null");
    return Array.isArray(kept) ? kept : FIRST;
  } catch {
    return FIRST;
  }
}

function keep(shown) {
  try {
    localStorage.setItem(STORE, JSON.stringify(shown));
  } catch {
    // The choice then lasts as long as the page.
  }
}
