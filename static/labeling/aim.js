// @ts-check
/** The thin white ring with open cross-hairs about a source: it grows with the image and leaves the source free. */

const SVG = "http://www.w3.org/2000/svg";
export const RING_PX = 9; // image pixels: well outside a cluster's core
const HALF_PX = 20;

export class Aim {
  /** @param {L.Map} map */
  constructor(map) {
    this.overlay = L.svgOverlay(drawing(), L.latLngBounds([0, 0], [0, 0]), { className: "aim", interactive: false }).addTo(map);
  }

  /** @param {{lat: number, lng: number}} place */
  moveTo({ lat, lng }) {
    this.overlay.setBounds(L.latLngBounds([lat - HALF_PX, lng - HALF_PX], [lat + HALF_PX, lng + HALF_PX]));
  }
}

function drawing() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-HALF_PX} ${-HALF_PX} ${2 * HALF_PX} ${2 * HALF_PX}`);
  svg.setAttribute("aria-hidden", "true");
  const [near, far] = [RING_PX + 2, RING_PX + 8];
  const arms = [`M${near} 0H${far}`, `M${-near} 0H${-far}`, `M0 ${near}V${far}`, `M0 ${-near}V${-far}`].join("");
  const ring = `M${RING_PX} 0A${RING_PX} ${RING_PX} 0 1 1 ${-RING_PX} 0A${RING_PX} ${RING_PX} 0 1 1 ${RING_PX} 0Z`;
  for (const name of ["aim-halo", "aim-line"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", ring + arms);
    path.setAttribute("class", name);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(path);
  }
  return svg;
}
