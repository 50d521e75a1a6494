/** One person of the gallery, with the templates. */

import { announceNotice } from "./announcer.js";
import { button, element } from "./element.js";
import { forgetPersonAfterAsking, forgetTemplateAfterAsking } from "./forget.js";
import { person, thumbnail } from "./gallery.js";
import { problemNotice, waiting } from "./notice.js";
import { Task } from "./task.js";
import { counted, day, until } from "./words.js";

export class PersonView {
  constructor() {
    this.title = "Person";
    this.task = new Task();
    this.heading = element("h1", { tabindex: "-1" }, "Person");
    this.lead = element("p", { class: "lead" });
    this.state = element("div", { class: "stack" });
    this.body = element("div", {});
    this.element = element(
      "div",
      { class: "view" },
      element("p", { class: "back" }, element("a", { href: "#/people" }, "← All people")),
      element("header", { class: "view-head" }, element("div", {}, this.heading, this.lead)),
      this.state,
      this.body,
    );
  }

  opened(id) {
    this.heading.textContent = "Person";
    this.lead.textContent = "";
    this.body.replaceChildren();
    this.state.replaceChildren(waiting("Reading the gallery …"));
    return this.load(id);
  }

  load(id) {
    return this.task.run(
      (signal) => person(id, signal),
      (found) => this.show(found),
      (problem) => {
        this.body.replaceChildren();
        this.state.replaceChildren(problemNotice(problem, () => this.opened(id)));
      },
    );
  }

  show(found) {
    const { person: known, templates } = found;
    this.known = known;
    document.title = `${known.name} · Lineament`;
    this.heading.textContent = known.name;
    this.lead.textContent = `${counted(templates.length, "template")}, enrolled on ${day(known.enrolled)}.`;
    this.state.replaceChildren();
    this.body.replaceChildren(
      element(
        "dl",
        { class: "facts card" },
        ...fact("Tags", known.tags.length ? known.tags.join(", ") : "none"),
        ...fact("Kept until", known.expires ? `${day(known.expires)}, ${until(known.expires)}` : "no end set"),
        ...fact("Id", known.id),
      ),
      element("h2", {}, "Templates"),
      element("p", { class: "hint" }, "A template is what a network made of a face: numbers by which the person is found again."),
      templates.length
        ? element("ul", { class: "templates" }, ...templates.map((one) => this.card(one, templates.length === 1)))
        : element("p", { class: "soft" }, "There is none, so that this person is not found in any photo."),
      element(
        "div",
        { class: "actions ends" },
        element("a", { class: "button", href: `#/enrol/${encodeURIComponent(known.name)}` }, "Add photos"),
        button(`Forget ${known.name} …`, () => this.forget(), { class: "danger-text" }),
      ),
    );
  }

  card(template, last) {
    const place = element("div", { class: "thumbnail" }, element("span", { class: "hint" }, "no picture kept"));
    if (template.thumbnail !== false) showThumbnail(place, template.id, this.known.name);
    const { source, quality, enrolled } = template;
    return element(
      "li",
      { class: "template card" },
      place,
      element("p", { class: "file-name" }, source ?? `Added on ${day(enrolled)}`),
      quality !== null && quality !== undefined && element("p", { class: "hint" }, `Quality ${quality.toFixed(1)}`),
      button("Forget …", () => this.forgetOne(template, last), {
        class: "quiet small danger-text",
        "aria-label": source ? `Forget the photo ${source}` : "Forget this photo",
      }),
    );
  }

  async forget() {
    const outcome = await forgetPersonAfterAsking(this.known);
    if (outcome?.answer) this.gone(outcome.told);
    else if (outcome) this.state.replaceChildren(outcome.told);
  }

  /** Nothing is left of the person. */
  gone(told) {
    this.heading.textContent = "Forgotten";
    this.lead.textContent = "";
    this.body.replaceChildren();
    this.state.replaceChildren(told);
    announceNotice(told);
    this.heading.focus();
  }

  async forgetOne(template, last) {
    const outcome = await forgetTemplateAfterAsking(template, this.known.name, last);
    if (!outcome) return;
    if (outcome.answer?.people.includes(this.known.id)) {
      this.gone(outcome.told);
      return;
    }
    await this.load(this.known.id);
    this.state.prepend(outcome.told);
    announceNotice(outcome.told);
    this.heading.focus();
  }
}

function fact(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}

async function showThumbnail(place, id, name) {
  const bytes = await thumbnail(id).catch(() => null);
  if (!bytes) return;
  const url = URL.createObjectURL(bytes);
  const forgetUrl = () => URL.revokeObjectURL(url);
  place.replaceChildren(element("img", { src: url, alt: `Face of ${name}`, onload: forgetUrl, onerror: forgetUrl }));
}
