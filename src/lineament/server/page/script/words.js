/** Numbers and times in plain words. Pure: no page is needed. */

/** A probability from 0 to 1; it never claims to be certain. */
export function percent(probability) {
  if (probability > 0.994) return ">\u00a099\u00a0%";
  if (probability < 0.006) return "<\u00a01\u00a0%";
  return `${Math.round(probability * 100)}\u00a0%`;
}

/** A rate such as 0.001 as `1 in 1,000`. */
export function oneIn(rate) {
  if (!(rate > 0)) return "none";
  if (rate >= 1) return "every one";
  const every = 1 / rate;
  const digits = every < 10 ? 1 : 0;
  return `1 in ${grouped(Number(every.toFixed(digits)))}`;
}

/** A count with its noun: `1 face`, `44 faces`. */
export function counted(count, noun, plural = `${noun}s`) {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** A number with commas at the thousands. */
export function grouped(number) {
  return number.toLocaleString("en", { maximumFractionDigits: 1 });
}

/** Text that begins with a capital letter and ends with a full stop. */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** A score from -1 to 1 with three decimals. */
export function score(value) {
  return value.toFixed(3).replace("-", "\u2212");
}

/** A day such as `3 Feb 2027`, in the reader's time zone, of an ISO 8601 text. */
export function day(text) {
  return new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** When something ends, as `in 30 days`. */
export function until(text, now = Date.now()) {
  const days = Math.ceil((new Date(text).getTime() - now) / 86_400_000);
  if (days < 0) return "past";
  if (days <= 1) return "within a day";
  return `in ${counted(days, "day")}`;
}

/** How a head is turned, from `pose` of docs/output.md, in words; parts below 3 degrees are not said. */
export function turned(pose) {
  const said = [
    [pose.yaw, "turned to their left", "turned to their right"],
    [pose.pitch, "looking up", "looking down"],
    [pose.roll, "leaning left in the picture", "leaning right in the picture"],
  ]
    .filter(([angle]) => Math.abs(angle) >= 3)
    .map(([angle, more, less]) => `${angle > 0 ? more : less} ${Math.abs(Math.round(angle))}°`);
  return said.length ? said.join(", ") : "straight ahead";
}
