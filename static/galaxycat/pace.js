/** Doing something as often as asked, but never at once with itself and never more often than a given pace. */

/**
 * A function that asks for `action`. It runs at once, then at most every `pauseMs` milliseconds; whatever is asked
 * meanwhile becomes one more run at the end, so that the last request is always served.
 * @param {() => Promise<void>} action
 * @param {number} pauseMs
 * @returns {() => void}
 */
export function paced(action, pauseMs) {
  let isBusy = false;
  let isAsked = false;

  async function run() {
    isBusy = true;
    isAsked = false;
    const pause = new Promise((resolve) => setTimeout(resolve, pauseMs));
    // A failed run is not the end: the next request tries again.
    await action().catch((error) => console.warn(error));
    await pause;
    isBusy = false;
    if (isAsked) run();
  }

  return () => {
    isAsked = true;
    if (!isBusy) run();
  };
}
