// @ts-check
/** The page that opens a round: regions drawn on the map go into the form, and the sources in them are counted. */

import { placesUrl } from "../catalogs/catalogapi.js";
import { element, pageData } from "../catalogs/pagedata.js";
import { SourcesInView } from "../catalogs/sourcesinview.js";
import { openViewer } from "../catalogs/viewer.js";
import { csrfToken } from "../galaxycat/browser.js";
import { RegionTools } from "./regiontools.js";
import { parseRegions } from "./sampleregions.js";
import { postJson } from "./voteapi.js";

/** @typedef {import("./sampleregions.js").Regions} Regions */

/** What opening the round would be refused for too. */
class Refused extends Error {}

/** @type {import("../catalogs/map.js").ViewerConfig} */
const viewer = pageData("viewer");
/** @type {Record<string, {rounds: number, anchors: number}>} */
const campaigns = pageData("campaigns-here");
/** @type {Record<string, Record<string, string>>} field -> value -> the campaign in which it can be chosen */
const campaignsOfChoices = pageData("campaigns-of-choices");

const field = element("#id_regions", HTMLInputElement);
const catalog = element("#id_catalog", HTMLSelectElement);
const count = element("#inside", HTMLElement);
const { candidates: candidatesUrl } = count.dataset;
const PAUSE_MS = 100; // a corner that is dragged changes the region with every move
let nAsked = 0;

bindPrevious();
bindRules();
void openViewer(viewer).then(({ map, markers }) => {
  const tools = new RegionTools(map, viewer.height_px, parseRegions(field.value));
  tools.addEventListener("change", () => {
    field.value = JSON.stringify(tools.regions);
    void showCount(tools.regions);
  });
  field.form?.addEventListener("submit", (event) => {
    if (tools.finish()) {
      field.value = JSON.stringify(tools.regions);
    } else {
      event.preventDefault();
      nAsked++; // a count on its way says no more
      count.textContent = "A region is still being drawn: give it three corners or more, or cancel it.";
      count.scrollIntoView({ block: "center" });
    }
  });
  /** @type {SourcesInView | undefined} */
  let drawn;
  const choose = () => {
    const name = catalogName();
    drawn?.remove();
    drawn = new SourcesInView({ map, markers }, viewer, {
      url: placesUrl(viewer.catalogs_url, catalog.value), look: () => ({ name, kind: "detected" }), tell,
    });
    void drawn.fetch();
    void showCount(tools.regions);
  };
  map.on("moveend resize", () => void drawn?.fetch());
  catalog.addEventListener("change", choose);
  choose();
});

function catalogName() {
  return catalog.selectedOptions[0]?.textContent?.trim() ?? "";
}

/** @param {string} text empty for nothing */
function tell(text) {
  const note = element("#marker-note", HTMLElement);
  note.textContent = text;
  note.hidden = !text;
}

/** @param {Regions} regions */
async function showCount(regions) {
  const asked = ++nAsked;
  const number = element("#id_n_sources", HTMLInputElement);
  number.removeAttribute("max"); // of another catalogue or region
  const [name, n] = [catalogName(), regions.features.length];
  count.textContent = `Counting the sources of ${name}…`;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  if (asked !== nAsked) return; // another catalogue or region was chosen meanwhile
  const said = await candidates(n ? regions : null).then((inside) => {
    const where = n ? `inside ${n === 1 ? "the region" : `the ${n} regions`}` : "on the whole image: no region is drawn";
    if (asked === nAsked) number.max = String(Math.max(inside, 1));
    return `${inside.toLocaleString("en")} ${inside === 1 ? "source" : "sources"} of ${name} ${where}`;
  }, (error) => `The sources of ${name} could not be counted (${error.message}). ${error instanceof Refused ? "Mend that first." : "The round can be opened all the same."}`);
  if (asked === nAsked) count.textContent = said;
}

/** How many sources a round would be drawn from. @param {Regions | null} regions @returns {Promise<number>} */
async function candidates(regions) {
  const { status, body } = await postJson(candidatesUrl ?? "", { catalog: catalog.value, regions }, csrfToken());
  if (status === 200) return body.n_sources;
  throw new (status < 500 ? Refused : Error)(body?.detail ?? `the server answered ${status}`);
}

/** What needs an earlier round, an anchor or an informed round can be chosen only where there is one. */
function bindPrevious() {
  const campaign = element("#id_campaign_name", HTMLInputElement);
  const modes = [...document.querySelectorAll("input[name=mode]")];
  const samplers = [...document.querySelectorAll("input[name=sampler]")];
  const update = () => {
    const name = campaign.value.trim();
    const here = campaigns[name] ?? { rounds: 0, anchors: 0 };
    offerPrevious(here.rounds);
    offerAnchors(here.anchors);
    offerChoices(name);
    showParameters();
    offerPredictions();
  };
  campaign.addEventListener("input", update);
  for (const each of [...modes, ...samplers]) each.addEventListener("change", update);
  update();
}

/** @param {number} rounds of the campaign so far */
function offerPrevious(rounds) {
  const among = element("#id_among_previous", HTMLInputElement);
  const informed = element("input[name=mode][value=informed]", HTMLInputElement);
  among.disabled = informed.disabled = rounds === 0;
  if (rounds === 0) among.checked = false;
  if (rounds === 0 && informed.checked) element("input[name=mode][value=blind]", HTMLInputElement).checked = true;
  const plural = rounds === 1 ? "1 round" : `${rounds} rounds`;
  element("#campaign-rounds", HTMLElement).textContent = rounds ? `${plural} so far: this one is the next.` : "A new campaign: this is its first round.";
}

/** @param {number} anchors of the campaign */
function offerAnchors(anchors) {
  element("#anchors-note", HTMLElement).textContent = anchors
    ? `This campaign has ${anchors} ${anchors === 1 ? "anchor" : "anchors"}: enter ${anchors} to put them in, or 0.`
    : "This campaign has none yet: a number above 0 draws them now.";
}

/** Choices that belong to another campaign are hidden. @param {string} campaign */
function offerChoices(campaign) {
  for (const [field, owners] of Object.entries(campaignsOfChoices)) {
    const select = document.querySelector(`select[name="${field}"]`);
    if (!(select instanceof HTMLSelectElement)) continue;
    for (const option of select.options) option.hidden = option.disabled = owners[option.value] !== campaign;
    if (select.selectedOptions[0]?.disabled ?? true) select.value = [...select.options].find((each) => !each.disabled)?.value ?? "";
  }
}

/** Only the chosen sampler asks for its parameters. */
function showParameters() {
  const chosen = document.querySelector("input[name=sampler]:checked");
  for (const group of document.querySelectorAll("[data-sampler]")) {
    if (!(group instanceof HTMLElement)) continue;
    group.hidden = !(chosen instanceof HTMLInputElement) || group.dataset.sampler !== chosen.value;
  }
}

/** Only the chosen retirement rule asks for its parameters. */
function bindRules() {
  const rules = [...document.querySelectorAll("input[name=rule]")];
  const update = () => {
    const chosen = document.querySelector("input[name=rule]:checked");
    for (const group of document.querySelectorAll("[data-rule]")) {
      if (!(group instanceof HTMLElement)) continue;
      const ofRules = (group.dataset.rule ?? "").split(" ");
      group.hidden = !(chosen instanceof HTMLInputElement) || !ofRules.includes(chosen.value);
      // A number that nobody sees must not keep the form from being sent.
      for (const input of group.querySelectorAll("input")) input.disabled = group.hidden;
    }
  };
  for (const each of rules) each.addEventListener("change", update);
  update();
}

/** Predictions show in informed rounds only; the sentence beneath says why. */
function offerPredictions() {
  const shows = element("#id_shows_predictions", HTMLInputElement);
  shows.disabled = !element("input[name=mode][value=informed]", HTMLInputElement).checked;
  if (shows.disabled) shows.checked = false;
}
