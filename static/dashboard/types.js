/**
 * What the dashboard's address answers with (labeling/dashboard/page.py).
 *
 * @typedef {"group" | "label"} Level
 * @typedef {{value: number | null, low: number | null, high: number | null}} Estimate
 * @typedef {{n_sources: number, n_votes: number, n_compared: number, n_compared_votes: number, ties: number, human_to_mode: Estimate, leave_one_out: Estimate, chance: Estimate}} Agreement
 * @typedef {{uuid: string, name: string, is_simulated: boolean, votes: number, unsure: number, skipped: number, sittings: number, votes_per_hour: number | null, median_s: number | null, last_s: number}} Pace
 * @typedef {{round: number, outlook: string, remaining: number, votes_per_hour: number | null, expected_s: number | null, earliest_s: number | null, latest_s: number | null}} Finish
 * @typedef {{uuid: string, number: number, mode: string, is_open: boolean, is_simulated: boolean, overlap: number | null, is_seen: boolean}} RoundFacts
 * @typedef {{
 *   now_s: number, scope: number | null, rounds: RoundFacts[],
 *   labels: {value: string, name: string, group: string, colour: string}[],
 *   progress: {n_drawn: number, n_voted: number, n_compared: number, n_votes: number, ties: Record<Level, number>},
 *   votes_per_source: {rounds: number[], n_votes: number[], sources: number[][]},
 *   people: Pace[], finish: Finish[],
 *   agreement: Record<Level, ({mode: string} & Agreement)[]>,
 *   classes: Record<Level, {names: string[], series: {mode: string, sources: number[]}[]}>,
 *   trend: Record<Level, {name: string, points: ({round: number} & Agreement)[]}[]>,
 *   coefficients: Record<Level, ({mode: string} & Record<string, Estimate | string>)[]>,
 *   pairs: Record<Level, {alike: number[][], shared: number[][], kappa: (number | null)[][], few: number}>,
 *   confusion: Record<Level, {names: string[], others: string[], votes: number[][][], all: number[][]}>,
 * }} Dashboard
 */

/**
 * Where a section that asks for its own numbers stands, and how it asks: `address` takes what is chosen.
 * @typedef {{section: HTMLElement, frames: HTMLElement, controls: HTMLElement, note: HTMLElement, address: (query?: Record<string, string>) => URL, sourceAddress: (uuid: string) => string, most: number}} Place `most`: votes that any source has
 */

export {};
