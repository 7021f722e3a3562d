// @ts-check
/** How far somebody is, counting votes that are on their way. No DOM. */

/** @typedef {{answered: number, skipped: number, remaining: number}} Progress */

/**
 * The server's count with the votes that it does not know yet.
 * @param {Progress} progress
 * @param {Pick<import("./votestore.js").Entry, "vote" | "undoes">[]} pending in order
 * @returns {Progress}
 */
export function withPending(progress, pending) {
  const counted = { ...progress };
  for (const { vote, undoes } of pending) {
    if (!vote) continue;
    const isUndo = vote.outcome === "withdrawn";
    const kind = (isUndo ? undoes : vote.outcome) === "skipped" ? "skipped" : "answered";
    counted[kind] += isUndo ? -1 : 1;
    counted.remaining += isUndo ? 1 : -1;
  }
  return counted;
}
