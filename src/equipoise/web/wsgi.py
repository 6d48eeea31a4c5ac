"""What a server process runs."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from equipoise.web.start import set_up

set_up(Path(os.environ["EQUIPOISE_DATA"]))
application = get_wsgi_application()
