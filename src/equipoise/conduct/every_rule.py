"""The rules of all events: whoever asks `problems` of any event imports this, and with it each room
that registers some.
"""

from __future__ import annotations

from equipoise.conduct import (
    confirmation,
    data_entry,
    data_management,
    deviations,
    disposition,
    emergency,
    enrolment,
    protocol_versions,
    randomization,
    redaction,
    safety,
    set_aside,
    trial_setup,
)

ROOMS = (
    confirmation,
    data_entry,
    data_management,
    deviations,
    disposition,
    emergency,
    enrolment,
    protocol_versions,
    randomization,
    redaction,
    safety,
    set_aside,
    trial_setup,
)
"""Each brings the rules of its events."""
