// What django-leaflet and Leaflet.draw add to Leaflet, as far as it is used here.
import * as L from "leaflet";

declare module "leaflet" {
  namespace Map {
    const DjangoMap: { prototype: L.Map & { _projectionOptions: (djoptions: object) => L.MapOptions } };
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
