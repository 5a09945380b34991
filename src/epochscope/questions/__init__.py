"""Questions about recordings: what is asked, which answers are right, who has answered what, and how often.

It needs numpy alone, and pandas for tables. The widgets show the questions (`widget.asking`).
"""
