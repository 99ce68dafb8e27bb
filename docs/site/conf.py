"""How Sphinx makes the site; scripts/make_site.py writes the pages for it, and runs it."""

project = html_title = "ardoq-device"
extensions = ["myst_parser"]
html_theme = "furo"
# Anchors of headings as GitHub makes them.
myst_heading_anchors = 6
# Blocks without a language are terminals and files.
highlight_language = "none"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_permalinks_icon = "#"
