// @ts-check
/** The page that opens a round: regions drawn on the map go into the form, and are counted. */

import { fetchPlaces, placesUrl } from "../catalogs/catalogapi.js";
import { element, pageData } from "../catalogs/pagedata.js";
import { countInside, parseRegions } from "./sampleregions.js";
import { markerSet } from "../catalogs/sourcemarkers.js";
import { openViewer } from "../catalogs/viewer.js";
import { RegionTools } from "./regiontools.js";

/** @type {import("../catalogs/map.js").ViewerConfig} */
const viewer = pageData("viewer");
/** @type {Record<string, {rounds: number, anchors: number}>} */
const campaigns = pageData("campaigns-here");
/** @type {Record<string, Record<string, string>>} field -> value -> the campaign in which it can be chosen */
const campaignsOfChoices = pageData("campaigns-of-choices");

const field = element("#id_regions", HTMLInputElement);
const catalog = element("#id_catalog", HTMLSelectElement);
const count = element("#inside", HTMLElement);
/** @type {import("../catalogs/markers.js").MarkerSet | null} of the chosen catalogue, when it is there */
let chosen = null;

bindPrevious();
bindRules();
void openViewer(viewer).then(({ map, markers }) => {
  const tools = new RegionTools(map, viewer.height_px, parseRegions(field.value));
  const update = () => showCount(tools.regions);
  tools.addEventListener("change", () => {
    field.value = JSON.stringify(tools.regions);
    update();
  });
  field.form?.addEventListener("submit", (event) => {
    if (tools.finish()) {
      field.value = JSON.stringify(tools.regions);
    } else {
      event.preventDefault();
      count.textContent = "A region is still being drawn: give it three corners or more, or cancel it.";
      count.scrollIntoView({ block: "center" });
    }
  });
  const choose = async () => {
    chosen = null;
    markers.put("chosen", null);
    update();
    chosen = await markersOf(catalog.value);
    markers.put("chosen", chosen);
    update();
  };
  catalog.addEventListener("change", choose);
  void choose();
});

/** @param {string} uuid */
async function markersOf(uuid) {
  try {
    const places = await fetchPlaces(placesUrl(viewer.catalogs_url, uuid));
    const set = markerSet({ name: catalogName(), kind: "detected" }, places);
    return uuid === catalog.value ? set : chosen; // another one was chosen meanwhile
  } catch (error) {
    count.textContent = `The sources of ${catalogName()} did not load (${error instanceof Error ? error.message : error}). Load the page again.`;
    return null;
  }
}

function catalogName() {
  return catalog.selectedOptions[0]?.textContent?.trim() ?? "";
}

/** @param {import("./sampleregions.js").Regions} regions */
function showCount(regions) {
  if (!chosen) {
    count.textContent = `Loading ${catalogName()}…`;
    return;
  }
  const n = regions.features.length;
  const inside = n ? countInside(chosen.points, regions) : chosen.points.x.length;
  const where = n ? `inside ${n === 1 ? "the region" : `the ${n} regions`}` : "on the whole image: no region is drawn";
  count.textContent = `${inside.toLocaleString("en")} ${inside === 1 ? "source" : "sources"} of ${catalogName()} ${where}`;
  element("#id_n_sources", HTMLInputElement).max = String(Math.max(inside, 1));
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
