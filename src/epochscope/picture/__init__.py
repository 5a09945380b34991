"""A recording as one static SVG for handouts and slides: its text at an epoch, the learning map and the loss curve."""
