// @ts-check
/** The shapes of regions in image pixels, as catalogs/regions/shapes.py has them: their outlines, and what pulling a handle does. No DOM. */

/** @typedef {"point" | "circle" | "ellipse" | "box" | "polygon"} Kind */
/** @typedef {{kind: "point", x_px: number, y_px: number}} Point */
/** @typedef {{kind: "circle", x_px: number, y_px: number, radius_px: number}} Circle */
/** @typedef {{kind: "ellipse", x_px: number, y_px: number, a_px: number, b_px: number, angle_deg: number}} Ellipse */
/** @typedef {{kind: "box", x_px: number, y_px: number, width_px: number, height_px: number, angle_deg: number}} Box */
/** @typedef {{kind: "polygon", corners: [number, number][]}} Polygon */
/** @typedef {Point | Circle | Ellipse | Box | Polygon} Shape */
/** @typedef {[number, number]} Place x_px, y_px */
/** @typedef {{role: string, place: Place}} Handle */

const CURVE_CORNERS = 120;
const LEAST_PX = 0.5;
const RAD = Math.PI / 180;

/**
 * The corners of a shape; of a point the one place.
 * @param {Shape} shape
 * @returns {Place[]}
 */
export function outline(shape) {
  switch (shape.kind) {
    case "point": return [[shape.x_px, shape.y_px]];
    case "circle": return curve(shape, shape.radius_px, shape.radius_px, 0);
    case "ellipse": return curve(shape, shape.a_px, shape.b_px, shape.angle_deg);
    case "box": return boxCorners(shape);
    case "polygon": return shape.corners;
  }
}

/**
 * What a drag from one place to another draws: a circle and an ellipse about the first, a box between the two.
 * @param {Kind} kind
 * @param {Place} from
 * @param {Place} to
 * @returns {Shape}
 */
export function dragged(kind, from, to) {
  const [x_px, y_px] = from.map(rounded);
  const [dx, dy] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  switch (kind) {
    case "circle": return { kind, x_px, y_px, radius_px: size(Math.hypot(dx, dy)) };
    case "ellipse": return { kind, x_px, y_px, a_px: size(dx), b_px: size(dy), angle_deg: 0 };
    case "box": return { kind, x_px: rounded((from[0] + to[0]) / 2), y_px: rounded((from[1] + to[1]) / 2), width_px: size(dx), height_px: size(dy), angle_deg: 0 };
    case "polygon": return { kind, corners: [[x_px, y_px], [rounded(to[0]), y_px], [rounded(to[0]), rounded(to[1])], [x_px, rounded(to[1])]] };
    default: return { kind: "point", x_px, y_px };
  }
}

/**
 * Where a shape can be taken: `move` shifts it, `turn` turns it, the others reshape it.
 * @param {Shape} shape
 * @param {number} reachPx how far beyond a box its turning handle stands
 * @returns {Handle[]}
 */
export function handles(shape, reachPx) {
  if (shape.kind === "polygon") {
    const { corners } = shape;
    const between = corners.map((corner, i) => ({ role: `insert:${i + 1}`, place: middle(corner, corners[(i + 1) % corners.length]) }));
    return [{ role: "move", place: centre(shape) }, ...between, ...corners.map((place, i) => ({ role: `corner:${i}`, place }))];
  }
  /** @type {Handle[]} */
  const found = [{ role: "move", place: [shape.x_px, shape.y_px] }];
  if (shape.kind === "circle") found.push({ role: "radius", place: [shape.x_px + shape.radius_px, shape.y_px] });
  if (shape.kind === "ellipse") {
    found.push({ role: "a", place: fromCentre(shape, shape.a_px, 0) }, { role: "b", place: fromCentre(shape, 0, shape.b_px) });
  }
  if (shape.kind === "box") {
    found.push({ role: "turn", place: fromCentre(shape, shape.width_px / 2 + reachPx, 0) });
    found.push(...boxCorners(shape).map((place, i) => ({ role: `corner:${i}`, place })));
  }
  return found;
}

/**
 * The shape when one of its handles is pulled to a place.
 * @param {Shape} shape
 * @param {string} role
 * @param {Place} to
 * @returns {Shape}
 */
export function pulled(shape, role, to) {
  const [x, y] = to;
  if (role === "move") {
    const [x0, y0] = centre(shape);
    return moved(shape, x - x0, y - y0);
  }
  const [part, index] = [role.split(":")[0], Number(role.split(":")[1])];
  switch (shape.kind) {
    case "circle": return { ...shape, radius_px: size(Math.hypot(x - shape.x_px, y - shape.y_px)) };
    case "ellipse": {
      const [along, across] = inFrame(shape, to);
      if (part === "b") return { ...shape, b_px: size(across) };
      const turn = Math.atan2(y - shape.y_px, x - shape.x_px) / RAD;
      return { ...shape, a_px: size(Math.hypot(along, across)), angle_deg: angle(turn) };
    }
    case "box": {
      if (part === "turn") return { ...shape, angle_deg: angle(Math.atan2(y - shape.y_px, x - shape.x_px) / RAD) };
      const [fixedX, fixedY] = boxCorners(shape)[(index + 2) % 4]; // the corner across stays where it is
      const between = { ...shape, x_px: rounded((fixedX + x) / 2), y_px: rounded((fixedY + y) / 2) };
      const [along, across] = inFrame(between, to);
      return { ...between, width_px: size(2 * along), height_px: size(2 * across) };
    }
    case "polygon": {
      /** @type {Place} */
      const corner = [rounded(x), rounded(y)];
      const corners = part === "insert" ? shape.corners.toSpliced(index, 0, corner) : shape.corners.with(index, corner);
      return { ...shape, corners };
    }
    default: return shape;
  }
}

/**
 * @param {Shape} shape
 * @param {number} dxPx
 * @param {number} dyPx
 * @returns {Shape}
 */
export function moved(shape, dxPx, dyPx) {
  if (shape.kind === "polygon") return { ...shape, corners: shape.corners.map(([x, y]) => [rounded(x + dxPx), rounded(y + dyPx)]) };
  return { ...shape, x_px: rounded(shape.x_px + dxPx), y_px: rounded(shape.y_px + dyPx) };
}

/**
 * @param {Shape} shape
 * @param {number} factor
 * @returns {Shape}
 */
export function scaled(shape, factor) {
  switch (shape.kind) {
    case "circle": return { ...shape, radius_px: size(shape.radius_px * factor) };
    case "ellipse": return { ...shape, a_px: size(shape.a_px * factor), b_px: size(shape.b_px * factor) };
    case "box": return { ...shape, width_px: size(shape.width_px * factor), height_px: size(shape.height_px * factor) };
    case "polygon": {
      const [x0, y0] = centre(shape);
      /** @type {Place[]} */
      const corners = shape.corners.map(([x, y]) => [rounded(x0 + factor * (x - x0)), rounded(y0 + factor * (y - y0))]);
      return new Set(corners.map(String)).size < 3 ? shape : { ...shape, corners }; // fewer different ones are no polygon
    }
    default: return shape;
  }
}

/**
 * @param {Shape} shape
 * @param {number} degrees counter-clockwise
 * @returns {Shape}
 */
export function turned(shape, degrees) {
  return shape.kind === "ellipse" || shape.kind === "box" ? { ...shape, angle_deg: angle(shape.angle_deg + degrees) } : shape;
}

/** A polygon without one of its corners; the same where only three are left. @param {Shape} shape @param {number} index @returns {Shape} */
export function withoutCorner(shape, index) {
  if (shape.kind !== "polygon" || shape.corners.length <= 3) return shape;
  return { ...shape, corners: shape.corners.toSpliced(index, 1) };
}

/** @param {Shape} shape @returns {Place} */
export function centre(shape) {
  if (shape.kind !== "polygon") return [shape.x_px, shape.y_px];
  const n = shape.corners.length;
  return [shape.corners.reduce((sum, [x]) => sum + x, 0) / n, shape.corners.reduce((sum, [, y]) => sum + y, 0) / n];
}

/**
 * A shape's size in words: in arcsec where the pixels have a scale, else in pixels.
 * @param {Shape} shape
 * @param {number | null} arcsecAPx
 */
export function sizeText(shape, arcsecAPx) {
  const length = (/** @type {number} */ px) => (arcsecAPx ? `${significant(px * arcsecAPx)}″` : `${significant(px)} px`);
  switch (shape.kind) {
    case "circle": return `r ${length(shape.radius_px)}`;
    case "ellipse": return `${length(shape.a_px)} × ${length(shape.b_px)}, ${Math.round(shape.angle_deg)}°`;
    case "box": return `${length(shape.width_px)} × ${length(shape.height_px)}, ${Math.round(shape.angle_deg)}°`;
    case "polygon": return `${shape.corners.length} corners`;
    default: return "";
  }
}

/** @param {{x_px: number, y_px: number}} middle @param {number} a @param {number} b @param {number} angleDeg */
function curve(middle, a, b, angleDeg) {
  return Array.from({ length: CURVE_CORNERS }, (_, i) => {
    const turn = (2 * Math.PI * i) / CURVE_CORNERS;
    return fromCentre({ ...middle, angle_deg: angleDeg }, a * Math.cos(turn), b * Math.sin(turn));
  });
}

/** @param {Box} box @returns {Place[]} */
function boxCorners(box) {
  const [w, h] = [box.width_px / 2, box.height_px / 2];
  return [fromCentre(box, -w, -h), fromCentre(box, w, -h), fromCentre(box, w, h), fromCentre(box, -w, h)];
}

/** @param {{x_px: number, y_px: number, angle_deg: number}} frame @param {number} along @param {number} across @returns {Place} */
function fromCentre({ x_px, y_px, angle_deg }, along, across) {
  const [cos, sin] = [Math.cos(angle_deg * RAD), Math.sin(angle_deg * RAD)];
  return [x_px + along * cos - across * sin, y_px + along * sin + across * cos];
}

/** Along and across a turned shape, from its centre. @param {{x_px: number, y_px: number, angle_deg: number}} frame @param {Place} place @returns {Place} */
function inFrame({ x_px, y_px, angle_deg }, [x, y]) {
  const [cos, sin] = [Math.cos(angle_deg * RAD), Math.sin(angle_deg * RAD)];
  return [(x - x_px) * cos + (y - y_px) * sin, (y - y_px) * cos - (x - x_px) * sin];
}

/** @param {Place} a @param {Place} b @returns {Place} */
function middle(a, b) {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** @param {number} px */
function size(px) {
  return Math.max(rounded(Math.abs(px)), LEAST_PX);
}

/** @param {number} degrees */
function angle(degrees) {
  return rounded(((degrees % 360) + 360) % 360);
}

/** To a hundredth: what nobody draws is not kept. @param {number} px */
function rounded(px) {
  return Math.round(px * 100) / 100;
}

/** @param {number} value */
function significant(value) {
  return String(Number(value.toPrecision(3)));
}
