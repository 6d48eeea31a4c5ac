"""May this person enter?"""

from equipoise.eligibility import condition, genomic  # noqa: F401  each registers how its kind of rule is evaluated
from equipoise.eligibility.evaluate import evaluate, evaluate_all, evaluate_criterion, overall
from equipoise.eligibility.finding import Finding

__all__ = ["Finding", "evaluate", "evaluate_all", "evaluate_criterion", "overall"]
