/** The page: one view at a time, and what is the same in all of them. */

import { CompareView } from "./compare_view.js";
import { EnrolView } from "./enrol_view.js";
import { FacesView } from "./faces_view.js";
import { FindView } from "./find_view.js";
import { startKey } from "./key.js";
import { PeopleView } from "./people_view.js";
import { PersonView } from "./person_view.js";
import { pastedFiles, takesDrops } from "./photo_entry.js";
import { routeOf } from "./routes.js";
import { ask } from "./server.js";
import { startTheme } from "./theme.js";

const MAKERS = {
  faces: () => new FacesView(handOver),
  compare: () => new CompareView(),
  find: () => new FindView(),
  people: () => new PeopleView(),
  person: () => new PersonView(),
  enrol: () => new EnrolView(),
};

const main = document.getElementById("main");
const views = new Map();
let current = null;

/** Views are made when they are first wanted, and keep their photo while another one is shown. */
function viewOf(name) {
  if (!views.has(name)) {
    const made = MAKERS[name]();
    views.set(name, made);
    main.append(made.element);
  }
  return views.get(name);
}

function open({ focus }) {
  const { view, of, section } = routeOf(location.hash);
  current = viewOf(view);
  for (const other of views.values()) other.element.hidden = other !== current;
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.hash === `#/${section}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${current.title} · Lineament`;
  if (focus) {
    window.scrollTo(0, 0);
    current.element.querySelector("h1").focus({ preventScroll: true });
  }
  return current.opened?.(of);
}

async function handOver(route, file) {
  location.hash = `#/${route}`;
  const view = viewOf(route);
  await view.opened?.(null);
  view.receive([file]);
}

async function showServer() {
  const health = await ask("health").catch(() => null);
  if (health) document.getElementById("server-state").textContent = `Lineament ${health.version}`;
}

startTheme(document.getElementById("theme"));
startKey(document.getElementById("drop-key"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
takesDrops(document.body, (files) => current.receive?.(files));
document.addEventListener("paste", (event) => {
  const files = pastedFiles(event);
  if (files.length && current.receive) {
    event.preventDefault();
    current.receive(files);
  }
});
window.addEventListener("hashchange", () => open({ focus: true }));
open({ focus: false });
showServer();
