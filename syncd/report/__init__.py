"""Figures about everybody, as functions of what the store knows: the same numbers for both teams."""
