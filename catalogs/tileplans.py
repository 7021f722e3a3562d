"""What is needed to make a rendition's tiles, kept in memory: addresses carry hashes, so it never changes."""

import threading
from collections import OrderedDict

from catalogs.imagery.recipes import from_json
from catalogs.imagery.tiles import TilePlan
from catalogs.models import Rendition

MOST_PLANS = 256
Key = tuple[str, str]  # image and style hash


class TilePlans:
    """Plans last used, by image and style."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Key, TilePlan] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, image: str, style: str) -> TilePlan | None:
        """The plan, where `of` has made it before; asks no database."""
        with self._lock:
            plan = self._plans.get((image, style))
            if plan is not None:
                self._plans.move_to_end((image, style))
            return plan

    def of(self, rendition: Rendition) -> TilePlan:
        """The rendition's plan, made where it is not there."""
        image, style = rendition.mosaic.display_sha256, rendition.style_hash
        plan = self.get(image, style)
        if plan is None:
            planes = rendition.mosaic.display_planes
            plan = TilePlan(rendition.mosaic.display_path, from_json(rendition.recipe), planes)
            with self._lock:
                self._plans[image, style] = plan
                while len(self._plans) > MOST_PLANS:
                    self._plans.popitem(last=False)
        return plan


PLANS = TilePlans()
