"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages of Equipoise."""

    name = "equipoise.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
