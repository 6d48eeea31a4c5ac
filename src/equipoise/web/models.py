"""What is kept beside the ledger: who may sign in, and what somebody is typing. No clinical data
are ever read from here.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from equipoise.conduct.attribution import ACTOR_CODE

_CODE = RegexValidator(
    f"^{ACTOR_CODE.pattern}$", "2 to 40 letters, digits, dots, hyphens and underlines"
)


class User(AbstractUser):
    """Somebody of the staff. `username` is the code by which the ledger knows the person; the name
    is printed on signed pages (21 CFR 11.50). What the person may do stands in the ledger.
    """

    is_demo = models.BooleanField(default=False)
    """Made by `equipoise serve --demo`: its password was printed."""
    must_change_password = models.BooleanField(default=False)
    """Somebody else has seen it."""
    username = models.CharField(max_length=40, unique=True, validators=[_CODE])

    class Meta:
        """Two codes that differ by case alone are one."""

        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="one_account_of_a_code")
        ]

    @property
    def printed_name(self) -> str:
        """The name, or the code where none is kept."""
        return self.get_full_name() or self.username


class Draft(models.Model):
    """What somebody typed into a form and has not saved: deleted on save, seen by nobody else."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    place = models.CharField(max_length=300)
    typed = models.JSONField()
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One draft of a person for each form."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "place"], name="one_draft_of_a_place")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
