"""The widgets in a notebook: `EpochScope` and `monitor`.

A `Display` shows one run as a player (an anywidget) and a loss chart (bqplot). `feed` decides what to send to the
browsers, `wire` packs it, and `html` exports a recording as a page. Needs ipywidgets and anywidget, and bqplot for the
chart.
"""
