/** Buttons with `data-copies="ID"` copy the field of that id; where the clipboard is closed, they select it instead. */

/** @param {HTMLInputElement | HTMLTextAreaElement} field */
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return "Copied";
  } catch {
    return "Selected: press Ctrl+C";
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.getAttribute("data-copies") ?? "");
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    button.textContent = await copy(field);
  });
}
