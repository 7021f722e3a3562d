"""A campaign's report: numbers gathered once, then written as a page, PDF and LaTeX."""
