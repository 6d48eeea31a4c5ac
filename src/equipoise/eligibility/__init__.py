"""May this person enter?"""

from importlib import import_module

from equipoise.eligibility.evaluate import evaluate, evaluate_all, evaluate_criterion, overall
from equipoise.eligibility.finding import Finding
from equipoise.protocol.criteria import KINDS

# Beside each file of protocol/criteria stands one here, which says how its kinds are evaluated.
for _declared in KINDS.values():
    import_module(f"{__name__}.{_declared.__module__.rpartition('.')[2]}")

__all__ = ["Finding", "evaluate", "evaluate_all", "evaluate_criterion", "overall"]
