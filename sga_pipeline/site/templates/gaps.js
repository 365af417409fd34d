/* Browsers that cannot print what is collapsed get it opened for the print, and collapsed again after it. */
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.collapsed = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-collapsed]")) {
    part.open = false;
    delete part.dataset.collapsed;
  }
});
