"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages of Equipoise."""

    name = "equipoise.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Begin to listen to what happens at the door."""
        from equipoise.web import access_log

        access_log.listen()
