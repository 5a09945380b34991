"""The player in a bare page, without Jupyter: what it shows, and every way to work it."""
