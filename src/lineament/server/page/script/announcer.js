/** What a screen reader says when something has changed on its own. */

let pending = 0;

/** Say the title of a notice; one that is bad speaks for itself, as an alert. */
export function announceNotice(notice) {
  if (notice.getAttribute("role") !== "alert") announce(notice.querySelector(".notice-title").textContent);
}

/** Say this politely; saying the same twice is heard twice. */
export function announce(words) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  clearTimeout(pending);
  pending = setTimeout(() => {
    region.textContent = words;
  }, 60);
}
