// @ts-check
/** Evidence of sources, fetched ahead and kept while it may be looked at again. No DOM. */

/**
 * @typedef {object} BandEvidence
 * @property {string} name
 * @property {string} unit
 * @property {number | null} wavelength_nm
 * @property {import("./pixels16.js").Scale} scale
 * @property {string} codes
 * @property {number} sky
 * @property {number} noise
 */
/**
 * @typedef {object} Evidence as catalogs/evidence.py writes it
 * @property {{uuid: string, number: number, x_px: number, y_px: number, ra_deg: number | null, dec_deg: number | null}} source
 * @property {number} size_px
 * @property {number} left_px
 * @property {number} bottom_px
 * @property {number | null} pixel_scale_arcsec
 * @property {string} reference
 * @property {BandEvidence[]} bands
 * @property {{radius_px: number[], value: number[], error: number[]} | null} profile
 * @property {{fwhm_px: number, width_px: number, radii_px: number[], profile: number[], n_stars: number, origin: string} | null} psf
 * @property {import("./growthplot.js").Growth | null} growth
 * @property {import("./sedplot.js").SedPoint[]} sed
 * @property {import("./readings.js").Reading[]} readings
 * @property {{uuid: string, number: number, distance_px: number, position_angle_deg: number | null, magnitude: number | null, system: string}[]} neighbours
 */

const KEPT = 40;

export class EvidenceStore {
  /** @type {Map<string, Promise<Evidence>>} by source */
  #asked = new Map();
  /** @type {Map<string, Evidence>} */
  #there = new Map();

  /** @param {(uuid: string) => Promise<Evidence>} fetchOne rejects when it cannot be had */
  constructor(fetchOne) {
    this.fetchOne = fetchOne;
  }

  /** What is there already, without waiting. @param {string} uuid */
  ready(uuid) {
    return this.#there.get(uuid) ?? null;
  }

  /**
   * @param {string} uuid
   * @returns {Promise<Evidence>}
   */
  get(uuid) {
    const known = this.#asked.get(uuid);
    if (known) return known;
    const asked = this.fetchOne(uuid);
    this.#asked.set(uuid, asked);
    asked.then(
      (evidence) => this.#there.set(uuid, evidence),
      () => this.#asked.delete(uuid), // asked anew the next time
    );
    this.#forget();
    return asked;
  }

  /** @param {string[]} uuids those that come next */
  prefetch(uuids) {
    for (const uuid of uuids) this.get(uuid).catch(() => {});
  }

  #forget() {
    const [oldest] = this.#asked.keys();
    if (this.#asked.size <= KEPT) return;
    this.#asked.delete(oldest);
    this.#there.delete(oldest);
  }
}

/**
 * @param {string} template address with {source}
 * @returns {(uuid: string) => Promise<Evidence>}
 */
export function fetchEvidence(template) {
  return async (uuid) => {
    const response = await fetch(template.replace("{source}", uuid), { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`evidence: the server answered ${response.status}`);
    return response.json();
  };
}
