// What django-leaflet and Leaflet.draw add to Leaflet, as far as it is used here.
import * as L from "leaflet";

declare module "leaflet" {
  namespace Map {
    const DjangoMap: { prototype: L.Map & { _projectionOptions: (djoptions: object) => L.MapOptions } };
  }
  // Inside of Leaflet, changed in one place: static/catalogs/map.js.
  interface Map {
    _getNewPixelOrigin(center: L.LatLng, zoom: number): L.Point;
  }
  interface GridLayer {
    _setZoomTransform(level: { el: HTMLElement; origin: L.Point; zoom: number }, center: L.LatLng, zoom: number): void;
  }
  namespace Control {
    class Draw extends L.Control {
      constructor(options: object);
      /** Leaflet.draw has no public way to finish what is under way. */
      _toolbars: Record<"draw" | "edit", { _activeMode: { handler: any } | null; _save?: () => void }>;
    }
  }
  namespace Draw {
    const Event: Record<"CREATED" | "EDITED" | "DELETED" | "EDITVERTEX" | "EDITMOVE" | "EDITRESIZE" | "DELETESTART" | "DELETESTOP" | "EDITSTOP" | "DRAWSTOP", string>;
  }
  const drawLocal: { draw: any; edit: any };
}
