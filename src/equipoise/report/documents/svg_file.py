"""How does a figure stand outside of its page? With the rules of the page's style that it needs,
in the colors of paper; links, which would lead nowhere, are left out.

The script of the page (`report.js`) saves a figure by the same rules.
"""

from __future__ import annotations

import re
from functools import cache

from equipoise.report.kit.page import read_template

_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COLOR = re.compile(r"--([\w-]+):([^;}]+)")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_LINK = re.compile(r"</?a\b[^>]*>")
_OF_A_FIGURE = re.compile(r"(svg text)?(\.[a-z]+)*")
"""Classes of marks, and of words in a figure; what a pointer does is of no file."""
_PAINTS = re.compile("fill:|stroke:|opacity:|stroke-")
_GROUND = '<rect width="100%" height="100%" fill="#fff"/>'


def svg_file(svg: str) -> str:
    """The figure as a file of its own."""
    head, rest = _LINK.sub("", svg).split(">", 1)
    return f"{head}><style>{figure_style(read_template('report.css'))}</style>{_GROUND}{rest}\n"


@cache
def figure_style(css: str) -> str:
    """The rules of a style sheet that are about figures, with every color by its value."""
    light = _RULE.search(css)
    assert light is not None
    colors = dict(_COLOR.findall(light[2])) | {"paper": "#fff"}
    rules = []
    for selector, body in _RULE.findall(_MEDIA.sub("", css)):
        about = [one.strip() for one in selector.split(",") if _OF_A_FIGURE.fullmatch(one.strip())]
        if about and (_PAINTS.search(body) or about[0].startswith("svg text")):
            valued = _VARIABLE.sub(lambda name: colors[name[1]], body)
            rules.append(f"{','.join(about)}{{{valued}}}")
    return "".join(rules)
