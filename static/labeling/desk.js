// @ts-check
/** What a person does at the labelling page: sees a source, answers, takes it back. Joins the sitting with image and panel. */

import { Gate } from "./gate.js";
import { Stopwatch } from "./stopwatch.js";

const LEAST_LOOK_MS = 150;
const DOUBLE_CLICK_MS = 500;

export class Desk {
  /** @type {import("./queue.js").Assignment | null} */
  #presented = null;
  #lastWords = "";
  #answeredAt = -Infinity;
  #gate = new Gate(LEAST_LOOK_MS, () => performance.now());
  #watch = new Stopwatch(() => performance.now());

  /**
   * @param {object} parts
   * @param {import("./session.js").LabelSession} parts.session
   * @param {import("./labelmap.js").LabelMap} parts.view
   * @param {import("./panel.js").Panel} parts.panel
   * @param {import("./strip.js").Strip} parts.strip
   * @param {() => void} parts.toggleHelp
   */
  constructor({ session, view, panel, strip, toggleHelp }) {
    this.session = session;
    this.view = view;
    this.panel = panel;
    this.strip = strip;
    this.toggleHelp = toggleHelp;
    session.addEventListener("change", () => this.render());
  }

  render() {
    const { phase, message, queue, progress } = this.session;
    this.panel.setPhase(phase, message);
    this.panel.setLast(this.#lastWords, queue.canUndo);
    this.strip.showProgress(progress);
    const current = phase === "working" ? queue.current : null;
    if (current === this.#presented) return;
    this.#presented = current;
    if (current) void this.#present(current);
  }

  /** @param {import("./queue.js").Assignment} assignment */
  async #present(assignment) {
    const turn = this.#gate.shut();
    this.panel.show(assignment);
    const isComplete = await this.view.show(assignment.source);
    if (assignment !== this.#presented) return;
    this.#gate.drawn(turn);
    this.#watch.restart();
    if (!isComplete) this.panel.markIncomplete();
    this.view.prefetch(this.session.queue.upcoming.map(({ source }) => source));
  }

  /** @param {import("./session.js").Answer} answer */
  #answer(answer) {
    const current = this.session.queue.current;
    if (!current || current !== this.#presented || !this.#gate.isOpen) return;
    const words = answer.label ? `class ${answer.label}${answer.is_unsure ? ", unsure" : ""}` : answer.outcome;
    this.#lastWords = `Last: source ${current.source.number}, ${words}`;
    this.#answeredAt = performance.now();
    this.session.vote(answer, this.#watch.seconds, { ...this.view.shown, previous_consensus: current.previous_consensus });
  }

  #undo() {
    const { phase } = this.session;
    const isAllowed = phase === "working" ? this.#gate.isOpen : phase !== "stopped";
    if (!isAllowed) return;
    const words = this.#lastWords;
    this.#lastWords = "Taken back: answer it anew";
    if (!this.session.undo()) this.#lastWords = words;
  }

  /** @param {import("./keys.js").LabelAction | import("./keys.js").PlainAction} action */
  act(action) {
    const { view } = this;
    if (action.kind === "label") return this.#answer({ outcome: "labeled", label: action.value, is_unsure: action.isUnsure });
    const plain = {
      unsure: () => this.#answer({ outcome: "unsure", label: null, is_unsure: true }),
      skip: () => this.#answer({ outcome: "skipped", label: null, is_unsure: false }),
      undo: () => this.#undo(),
      rendition: () => view.renditions.next(),
      help: () => this.toggleHelp(),
      zoomIn: () => view.map.zoomIn(),
      zoomOut: () => view.map.zoomOut(),
      recentre: () => void view.recentre(),
      peek: () => view.setOverlays(false),
    };
    plain[action.kind]();
  }

  /** Whether a click now is the second half of a double click, meant for the source before. @param {MouseEvent} event */
  isSecondClick(event) {
    return event.detail > 1 && performance.now() - this.#answeredAt < DOUBLE_CLICK_MS;
  }

  /** The page is hidden or seen again. @param {boolean} isHidden */
  setHidden(isHidden) {
    if (isHidden) this.#watch.pause();
    else this.#watch.resume();
  }
}
