"""Regions: shapes drawn on a galaxy and kept with it, as DS9 writes them, and what lies inside."""
