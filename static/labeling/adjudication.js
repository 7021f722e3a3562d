// @ts-check
/** Keys of the adjudication queue: J and K walk the sources, a class's key chooses it and goes on to the reason. */

const cases = [...document.querySelectorAll("[data-case]")].filter((each) => each instanceof HTMLElement);
const help = document.getElementById("help");
let current = -1;

/** @param {number} index of the source that keys speak of */
function choose(index) {
  if (index < 0 || index >= cases.length) return;
  cases[current]?.removeAttribute("data-current");
  current = index;
  cases[current].setAttribute("data-current", "");
}

/** @param {number} step */
function walk(step) {
  choose(Math.min(Math.max(current + step, 0), cases.length - 1));
  cases[current]?.focus({ preventScroll: true });
  cases[current]?.scrollIntoView({ block: "nearest" });
}

/** @param {string} key @returns {boolean} whether a class of the current source has that key */
function pick(key) {
  const form = cases[Math.max(current, 0)]?.querySelector("form[data-decide]");
  const radio = form?.querySelector(`input[data-key="${CSS.escape(key)}"]`);
  if (!(radio instanceof HTMLInputElement)) return false;
  choose(Math.max(current, 0));
  const details = radio.closest("details");
  if (details) details.open = true;
  radio.checked = true;
  form?.querySelector("textarea")?.focus();
  return true;
}

document.addEventListener("focusin", ({ target }) => {
  const index = cases.findIndex((each) => target instanceof Node && each.contains(target));
  if (index >= 0) choose(index);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target instanceof HTMLTextAreaElement) {
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) target.form?.requestSubmit();
    const owner = target.closest("[data-case]");
    if (key === "Escape" && owner instanceof HTMLElement) owner.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (key === "j" || key === "J") walk(1);
  else if (key === "k" || key === "K") walk(-1);
  else if (key === "?" && help instanceof HTMLDialogElement) help.showModal();
  else if (!pick(key)) return;
  event.preventDefault();
});

document.getElementById("refusal")?.scrollIntoView({ block: "center" });
