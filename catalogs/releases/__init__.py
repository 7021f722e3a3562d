"""Releases: columns from every layer, files that come out the same each time, and their verification."""
