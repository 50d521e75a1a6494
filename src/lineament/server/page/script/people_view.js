/** Everybody in the gallery: by tag, by name, page by page. */

import { announceNotice } from "./announcer.js";
import { button, element, icon } from "./element.js";
import { forgetPersonAfterAsking } from "./forget.js";
import { hasGallery, info, noGallery, people } from "./gallery.js";
import { notice, problemNotice, waiting } from "./notice.js";
import { Task } from "./task.js";
import { viewHead } from "./view_head.js";
import { counted, day, until } from "./words.js";

const PERSON = "M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.4 3.8-5 7.5-5s6.7 1.6 7.5 5";

export class PeopleView {
  constructor() {
    this.title = "People";
    this.task = new Task();
    this.known = [];
    this.total = 0;
    this.tag = "";
    this.summary = element("p", { class: "soft summary", role: "status" });
    this.list = element("ul", { class: "people" });
    this.more = element("div", { class: "actions" });
    this.state = element("div", { class: "stack" });
    this.name = element("input", { id: "by-name", type: "search", autocomplete: "off", oninput: () => this.draw() });
    this.tagField = element("input", {
      id: "by-tag",
      type: "search",
      autocomplete: "off",
      onchange: () => this.byTag(this.tagField.value.trim()),
    });
    this.filters = element(
      "search",
      { class: "filters" },
      element("div", { class: "field" }, element("label", { for: "by-name" }, "Name"), this.name),
      element("div", { class: "field" }, element("label", { for: "by-tag" }, "Tag"), this.tagField),
    );
    this.element = element(
      "div",
      { class: "view" },
      viewHead(
        "People",
        "Who is enrolled in the gallery, and for how long.",
        element("a", { class: "button main", href: "#/enrol" }, "Enrol somebody"),
      ),
      this.state,
      this.filters,
      this.summary,
      this.list,
      this.more,
    );
    this.hide();
  }

  opened() {
    return this.load();
  }

  byTag(tag) {
    this.tag = tag;
    this.tagField.value = tag;
    this.load();
  }

  hide() {
    this.filters.hidden = true;
    this.summary.textContent = "";
    this.list.replaceChildren();
    this.more.replaceChildren();
  }

  load(offset = 0) {
    if (!offset && !this.known.length) this.state.replaceChildren(waiting("Reading the gallery …"));
    return this.task.run(
      async (signal) => {
        if (!(await hasGallery())) return null;
        const [whole, page] = await Promise.all([info(signal), people({ tag: this.tag, offset, signal })]);
        return { whole, page };
      },
      (answer) => {
        this.state.replaceChildren();
        if (!answer) {
          this.hide();
          this.element.querySelector(".view-head .actions").hidden = true;
          this.state.replaceChildren(noGallery());
          return;
        }
        this.whole = answer.whole;
        this.total = answer.page.total;
        this.known = offset ? [...this.known, ...answer.page.people] : answer.page.people;
        this.draw();
      },
      (problem) => {
        this.hide();
        this.state.replaceChildren(problemNotice(problem, () => this.load()));
      },
    );
  }

  draw() {
    this.filters.hidden = !this.whole.people;
    this.element.querySelector(".view-head .actions").hidden = !this.whole.people;
    if (!this.whole.people) {
      this.hide();
      this.state.replaceChildren(
        notice(
          "plain",
          "Nobody is enrolled yet",
          "Enrol people who agreed to it, with one or more photos of each. They can then be found in other photos, and forgotten again at any time.",
          element("a", { class: "button", href: "#/enrol" }, "Enrol the first person"),
        ),
      );
      return;
    }
    const wanted = this.name.value.trim().toLocaleLowerCase();
    const shown = this.known.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
    this.list.replaceChildren(...shown.map((one) => this.row(one)));
    this.summary.textContent = this.summed(shown.length, wanted);
    const rest = this.total - this.known.length;
    this.more.replaceChildren(
      ...(rest > 0 ? [button(`Show more (${rest} left)`, () => this.load(this.known.length))] : []),
    );
  }

  summed(shown, wanted) {
    const tagged = this.tag ? ` with the tag “${this.tag}”` : "";
    if (wanted) {
      const partly = this.known.length < this.total ? ` of the ${this.known.length} that are shown here` : "";
      return `${counted(shown, "person", "people")}${partly}${tagged} whose name contains “${this.name.value.trim()}”`;
    }
    const photos = this.tag ? "" : `, ${counted(this.whole.templates, "template")} in all`;
    return `${counted(this.total, "person", "people")}${tagged}${photos}`;
  }

  row(person) {
    const { id, name, tags, templates, enrolled, expires } = person;
    return element(
      "li",
      { class: "person" },
      element("span", { class: "person-mark" }, icon(PERSON)),
      element(
        "div",
        { class: "person-words" },
        element("a", { class: "person-name", href: `#/people/${encodeURIComponent(id)}` }, name),
        element(
          "p",
          { class: "hint" },
          `${counted(templates, "template")} · since ${day(enrolled)} · ${expires ? `ends ${until(expires)}` : "no end set"}`,
        ),
      ),
      element(
        "div",
        { class: "tags" },
        ...tags.map((tag) =>
          button(tag, () => this.byTag(tag), { class: "tag", "aria-label": `Only people with the tag ${tag}` }),
        ),
      ),
      button("Forget …", () => this.forget(person), { class: "quiet small danger-text", "aria-label": `Forget ${name}` }),
    );
  }

  async forget(person) {
    const outcome = await forgetPersonAfterAsking(person);
    if (!outcome) return;
    await this.load();
    this.state.prepend(outcome.told);
    announceNotice(outcome.told);
    this.element.querySelector("h1").focus();
  }
}
