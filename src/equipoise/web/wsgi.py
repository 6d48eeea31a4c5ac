"""What a server process runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from equipoise.web.start import set_up

set_up(Path(os.environ["EQUIPOISE_DATA"]))
application = get_wsgi_application()


def _open_all() -> None:
    """Nobody waits for a trial that is read before anybody asks."""
    from equipoise.web.trials import trials

    for each in trials():
        each.read()


threading.Thread(target=_open_all, daemon=True).start()
