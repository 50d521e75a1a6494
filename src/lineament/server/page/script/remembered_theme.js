// Loaded before the first paint, so that a remembered choice of colours does not flash.
try {
  const theme = localStorage.getItem("lineament.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows the colours of the system.
}
