/** Colours of the classes of parts, as docs/parsing.md lists them. Pure: no page is needed. */

const COLOURS = {
  skin: "#ffcd94",
  nose: "#ff963c",
  eye_glasses: "#00c8ff",
  glasses: "#00c8ff",
  left_eye: "#3c5aff",
  right_eye: "#0000be",
  eyes: "#3c5aff",
  left_brow: "#aa6e3c",
  right_brow: "#6e3c14",
  brows: "#aa6e3c",
  left_ear: "#ff78be",
  right_ear: "#c83282",
  ears: "#ff78be",
  mouth: "#780014",
  inner_mouth: "#780014",
  upper_lip: "#ff3c3c",
  lower_lip: "#c8143c",
  lips: "#ff3c3c",
  hair: "#9646dc",
  hat: "#faf03c",
  earring: "#ffffff",
  necklace: "#b4ffff",
  neck: "#bedc78",
  cloth: "#28aa5a",
};

/** `#rrggbb` of a class; one that nobody has named yet is grey. */
export function colourOf(part) {
  return COLOURS[part] ?? "#a0a0a0";
}

/** The classes that have a colour. */
export const NAMED_PARTS = Object.keys(COLOURS);
