"""The commands at the terminal. `equipoise --help` lists them."""

from __future__ import annotations

from equipoise.cli.app import main

__all__ = ["main"]
