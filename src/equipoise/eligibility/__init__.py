"""May this person enter?"""

# Each of these registers how its kinds of rules are evaluated.
from equipoise.eligibility import condition, genomic, measurable, prior_therapy  # noqa: F401
from equipoise.eligibility.evaluate import evaluate, evaluate_all, evaluate_criterion, overall
from equipoise.eligibility.finding import Finding

__all__ = ["Finding", "evaluate", "evaluate_all", "evaluate_criterion", "overall"]
