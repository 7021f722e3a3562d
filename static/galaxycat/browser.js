// @ts-check
/** What modules need of the browser, each where it may be missing. */

/** Django's token as it is now: logging in again in another tab changes the cookie. */
export function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return cookie?.slice("csrftoken=".length) ?? (field instanceof HTMLInputElement ? field.value : "");
}

/** @returns {Storage | null} null where the browser keeps nothing */
export function localStorageIfAny() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/**
 * Runs a task while no other tab of this browser runs one of that name.
 * @param {string} name
 * @returns {(task: () => Promise<void>) => Promise<void>}
 */
export function oneTabAtATime(name) {
  // Missing on plain http; two tabs may then both send, which the votes' ids make harmless.
  return (task) => (navigator.locks ? navigator.locks.request(name, task) : task());
}

/**
 * @param {number} seconds
 * @param {() => void} task
 * @returns {() => void} cancels it
 */
export function after(seconds, task) {
  const timer = setTimeout(task, seconds * 1000);
  return () => clearTimeout(timer);
}
