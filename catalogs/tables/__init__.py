"""Catalogue files: what other people's tables say, and tables for other people's tools. No Django in here."""
