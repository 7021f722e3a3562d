"""GalaxyCat: from FITS mosaics of a galaxy to a published, consensus-backed catalogue of its star clusters."""
