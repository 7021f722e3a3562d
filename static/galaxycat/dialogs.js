/** Buttons with `data-opens="ID"` open the dialog of that id; the dialog closes by Escape and by its own buttons. */

for (const button of document.querySelectorAll("button[data-opens]")) {
  const dialog = document.getElementById(button.getAttribute("data-opens") ?? "");
  if (dialog instanceof HTMLDialogElement) button.addEventListener("click", () => dialog.showModal());
}
