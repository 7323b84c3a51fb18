// Before the first paint: the theme that was chosen here before. Kept in this browser only.
try {
  document.documentElement.dataset.theme = localStorage.getItem("hexmon-theme") || "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}
