"""The interval of a share of independent trials. Pure."""

import math

Z_95 = 1.96


def wilson(alike: float, n: float) -> tuple[float, float]:
    """The 95 % range of the share alike / n, within 0 to 1; n above 0. Source: Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    share, spread = alike / n, Z_95**2 / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z_95 * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
