"""Settings of the documentation site; `make docs` builds it into `.docs/`.

Nothing on the site is loaded from another host, and no page needs a server: it works from a disk and below any address.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "epochscope"
author = "epochscope contributors"
project_copyright = "epochscope contributors"
language = "en"

extensions = [
    "myst_nb",
    "live_examples",
    "site_links",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "gallery",
    "reference",
]
exclude_patterns = ["_ext", "**/.ipynb_checkpoints", "paper"]
nitpicky = True
# A name in single backticks links to what is documented under it; most are parameters and have no page.
default_role = "py:obj"
nitpick_ignore_regex = [("py:obj", ".*"), ("py:class", ".*")]  # and types of other libraries

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
# The examples are run, and their players are live: see _ext/live_examples.py.
live_examples_cache = "../../.cache/docs/examples"
live_examples_notebooks = ("../*.ipynb", "lessons")
nb_merge_streams = True

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autosummary_generate = False

html_theme = "pydata_sphinx_theme"
html_title = "epochscope"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sourcelink = False
html_copy_source = False
# The summary of a search result is fetched, which browsers forbid for files on a disk.
html_show_search_summary = False
# No list of pages beside those that are lists of pages themselves.
html_sidebars = {page: [] for page in ("index", "index-ko", "gallery/index", "gallery/index-ko")}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "github_url": "https://github.com/epochscope/epochscope",
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "navigation_with_keys": False,  # the arrow keys belong to the players
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-sh pre"
