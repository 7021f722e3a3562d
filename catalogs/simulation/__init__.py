"""A spiral galaxy with known truth, as HST would see it: `simulate_galaxy(SimulationSpec(...), folder)`."""

from catalogs.simulation.galaxy import simulate_galaxy
from catalogs.simulation.spec import SimulatedFiles, SimulationSpec

__all__ = ["SimulatedFiles", "SimulationSpec", "simulate_galaxy"]
