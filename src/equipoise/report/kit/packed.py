"""How does a page stay small whose appendix is long? The appendix lies in it packed, and is
unpacked in the browser when a link leads there.
"""

from __future__ import annotations

import zlib
from base64 import b64encode

from markupsafe import Markup

LONGEST = 3_000_000
"""Letters of an appendix that stand in the page as they are: those of some 250 participants."""


def packed_if_long(html: str) -> Markup:
    """The part of the page, or, where it is long, itself packed (RFC 1950), with a button that
    unpacks it and what to do without scripts.
    """
    if len(html) <= LONGEST:
        return Markup(html)
    content = b64encode(zlib.compress(html.encode(), 9)).decode()
    megabytes = len(html) / 1e6
    return Markup(
        '<div class="packed"><p>The appendix is long (%d MB) and lies packed in this page; it opens'
        ' when a link leads to it. <button type="button">Open all of it</button></p>\n'
        "<noscript><p>It needs scripts. Without them <code>equipoise why</code> tells what a value"
        ' rests on.</p></noscript>\n<script type="text/plain" id="packed">%s</script></div>'
    ) % (round(megabytes), Markup(content))
