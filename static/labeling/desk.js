// @ts-check
/** What a person does at the labelling page: sees a source, answers, takes it back. Joins the sitting with image and panel. */

import { Batch, batchWords } from "./batch.js";
import { Gate } from "./gate.js";
import { BreakDialog } from "./dialogs.js";
import { Stopwatch } from "./stopwatch.js";

const LEAST_LOOK_MS = 150;
const DOUBLE_CLICK_MS = 500;

export class Desk {
  /** @type {import("./queue.js").Assignment | null} */
  #presented = null;
  #lastWords = "";
  #lookedCloser = false; // at the source that is presented
  #answeredAt = -Infinity;
  #gate = new Gate(LEAST_LOOK_MS, () => performance.now());
  #watch = new Stopwatch(() => performance.now());

  /**
   * @param {object} parts
   * @param {import("./session.js").LabelSession} parts.session
   * @param {import("../catalogs/evidence/bench.js").Bench} parts.bench
   * @param {import("./closerpanel.js").CloserPanel} parts.closer
   * @param {import("./panel.js").Panel} parts.panel
   * @param {import("./strip.js").Strip} parts.strip
   * @param {import("./remarks.js").Remarks} parts.remarks
   * @param {import("./dialogs.js").NoteDialog} parts.note
   * @param {import("./dialogs.js").ExamplesDialog} parts.examples
   * @param {number} parts.batchSize
   * @param {() => void} parts.toggleHelp
   */
  constructor({ session, bench, closer, panel, strip, remarks, note, examples, batchSize, toggleHelp }) {
    this.session = session;
    this.bench = bench;
    this.closer = closer;
    this.panel = panel;
    this.strip = strip;
    this.remarks = remarks;
    this.note = note;
    this.examples = examples;
    this.batch = new Batch(batchSize);
    this.rest = new BreakDialog(() => this.#watch.restart());
    this.toggleHelp = toggleHelp;
    /** @type {import("./predictionpanel.js").PredictionPanel | null} set in rounds that show predictions */
    this.prediction = null;
    remarks.outbox.addEventListener("refused", () => this.#showFlag());
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
    const upcoming = this.session.queue.upcoming.map(({ source }) => source);
    this.panel.setBusy(true);
    this.panel.show(assignment);
    this.#showFlag();
    this.prediction?.show(assignment.source.uuid, upcoming.map(({ uuid }) => uuid));
    this.#lookedCloser = this.closer.isOpen;
    this.closer.show(assignment.source.uuid, upcoming.map(({ uuid }) => uuid));
    const drawn = await this.bench.show(assignment.source);
    if (assignment !== this.#presented) return;
    this.#gate.drawn(turn);
    this.panel.setBusy(false);
    if (this.#answeredAt > 0) performance.measure("answer-to-drawn", { start: this.#answeredAt, end: performance.now() });
    this.#watch.restart();
    void this.#markIncomplete(assignment, drawn);
    this.bench.prefetch(this.session.queue.upcoming.map(({ source }) => source));
  }

  /** In rounds that show predictions. @param {import("./predictionpanel.js").PredictionPanel} prediction */
  showPredictions(prediction) {
    this.prediction = prediction;
    const { current, upcoming } = this.session.queue;
    if (current) prediction.show(current.source.uuid, upcoming.map(({ source }) => source.uuid));
  }

  #showFlag() {
    if (this.#presented) this.panel.setFlag(this.remarks.flagOf(this.#presented.uuid) !== null);
  }

  /**
   * @param {import("./session.js").Answer} answer
   * @param {number} givenAtMs
   */
  #answer(answer, givenAtMs) {
    const current = this.session.queue.current;
    if (!current || current !== this.#presented || !this.#gate.isOpenTo(givenAtMs)) return;
    const words = answer.label ? `class ${answer.label}${answer.is_unsure ? ", unsure" : ""}` : answer.outcome;
    this.#lastWords = `Last: source ${current.source.number}, ${words}`;
    this.#answeredAt = givenAtMs;
    const { seconds } = this.#watch;
    this.session.vote(answer, seconds, this.#shown(current));
    const batch = this.batch.answered(seconds);
    if (batch && this.session.phase === "working") this.rest.open(batchWords(batch), this.strip.progressText);
  }

  /** @param {import("./queue.js").Assignment} current */
  #shown({ previous_consensus }) {
    return { ...this.bench.shown, closer_look: this.#lookedCloser, previous_consensus, ...this.prediction?.shown };
  }

  /** @param {number} givenAtMs */
  #undo(givenAtMs) {
    const { phase } = this.session;
    const isAllowed = phase === "working" ? this.#gate.isOpenTo(givenAtMs) : phase !== "stopped";
    if (!isAllowed) return;
    const words = this.#lastWords;
    this.#lastWords = "Taken back: answer it anew";
    if (this.session.undo()) this.batch.undone();
    else this.#lastWords = words;
  }

  #flag() {
    if (!this.#presented) return;
    const isFlagged = this.remarks.toggleFlag(this.#presented);
    this.panel.setFlag(isFlagged);
    this.panel.say(isFlagged ? "Flagged: a curator will look at it" : "Flag taken back");
  }

  /** @param {boolean} isFlag */
  #note(isFlag) {
    const about = this.#presented;
    if (!about) return;
    this.note.open(about.source.number, isFlag, (note) => {
      if (note.isFlag) this.remarks.flag(about, note.text);
      else this.remarks.comment(about, note.text);
      this.#showFlag();
      this.panel.say(note.isFlag ? "Flagged, with your reason" : "Comment kept");
    });
  }

  /** To all bands at three zooms and back. */
  #lookCloser() {
    this.closer.toggle();
    this.#lookedCloser ||= this.closer.isOpen;
  }

  async #recentre() {
    const about = this.#presented;
    if (!about) return;
    await this.#markIncomplete(about, await this.bench.recentre(about.source));
  }

  /** @param {import("./queue.js").Assignment} about @param {import("../catalogs/evidence/bench.js").Drawn} drawn */
  async #markIncomplete(about, { isWhole, hasEvidence, late }) {
    if (about === this.#presented) this.panel.markIncomplete(isWhole, hasEvidence);
    if ((await late) && about === this.#presented) this.panel.markIncomplete(isWhole, true);
  }

  /**
   * @param {import("./keys.js").LabelAction | import("./keys.js").PlainAction} action
   * @param {number} givenAtMs the event's time stamp
   */
  act(action, givenAtMs) {
    const { bench } = this;
    const { map } = bench.view;
    if (action.kind === "label") return this.#answer({ outcome: "labeled", label: action.value, is_unsure: action.isUnsure }, givenAtMs);
    const plain = {
      unsure: () => this.#answer({ outcome: "unsure", label: null, is_unsure: true }, givenAtMs),
      skip: () => this.#answer({ outcome: "skipped", label: null, is_unsure: false }, givenAtMs),
      undo: () => this.#undo(givenAtMs),
      flag: () => this.#flag(),
      reason: () => this.#note(true),
      comment: () => this.#note(false),
      rendition: () => bench.nextRendition(),
      blink: () => bench.blink(),
      softer: () => bench.panel.moveStretch(-1),
      harder: () => bench.panel.moveStretch(1),
      plot: () => bench.panel.plots.next(),
      closer: () => this.#lookCloser(),
      examples: () => this.examples.toggle(),
      help: () => this.toggleHelp(),
      zoomIn: () => map.zoomIn(),
      zoomOut: () => map.zoomOut(),
      recentre: () => void this.#recentre(),
      peek: () => bench.setOverlays(false),
    };
    plain[action.kind]();
  }

  /** Whether it is the second half of a double click, meant for the source before. @param {MouseEvent} event */
  isSecondClick(event) {
    return event.detail > 1 && event.timeStamp - this.#answeredAt < DOUBLE_CLICK_MS;
  }

  /** The page is hidden or seen again. @param {boolean} isHidden */
  setHidden(isHidden) {
    if (isHidden) this.#watch.pause();
    else this.#watch.resume();
  }
}
