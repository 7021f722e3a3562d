// @ts-check
/** A thin white cross-hair with a wide gap about a source: it grows with the image and covers nothing of the source. */

const SVG = "http://www.w3.org/2000/svg";
const GAP_PX = 7; // image pixels: outside a cluster's core and its first wings
const ARM_PX = 7;
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
  const [near, far] = [GAP_PX, GAP_PX + ARM_PX];
  const arms = [`M${near} 0H${far}`, `M${-near} 0H${-far}`, `M0 ${near}V${far}`, `M0 ${-near}V${-far}`].join("");
  for (const name of ["aim-halo", "aim-line"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", arms);
    path.setAttribute("class", name);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(path);
  }
  return svg;
}
