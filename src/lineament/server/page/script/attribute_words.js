/**
 * Attributes of a face in words, as `FaceAttributes.phrases` of the Python package says them.
 * Pure: no page is needed.
 */

/** Least probability of a choice that is put into words on the photo. */
export const SURE = 0.6;

const NAMED = ["gender_presentation", "age_group", "smile", "glasses", "pose_bin"];
const SAID_BY_THE_LABEL = ["gender_presentation", "age_group"];
const NOTHING = ["no", "none"];

/** Every choice that was made: [task, choice], the named ones first. */
export function choices(attributes) {
  const named = NAMED.filter((task) => attributes[task]).map((task) => [task, attributes[task]]);
  return [...named, ...Object.entries(attributes.others)];
}

/** Phrases such as `no smile`, of the choices that are probable enough to be said. */
export function phrases(attributes) {
  const said = new Map(
    choices(attributes).filter(
      ([task, choice]) =>
        choice.probability >= SURE && (NAMED.includes(task) || !NOTHING.includes(choice.label)),
    ),
  );
  if (said.has("glasses_kind")) said.delete("glasses");
  return [...said].map(([task, choice]) => inWords(task, choice.label));
}

/** A task as a heading: `Gender presentation`. */
export function heading(task) {
  const words = task.replace(/_bin$/, "").replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function inWords(task, label) {
  if (SAID_BY_THE_LABEL.includes(task)) return label;
  const name = task.replace(/_bin$/, "").replaceAll("_", " ");
  if (task === "glasses_kind") return `${label} glasses`;
  if (label === "no" || label === "yes") return label === "yes" ? name : `no ${name}`;
  return `${name} ${label}`;
}
