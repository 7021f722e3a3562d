"""How far people agree, and what they agree on: consensus, coefficients, models of annotators, intervals, pace.

Functions of arrays and tables of votes; no Django, no database.
"""
