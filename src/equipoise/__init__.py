"""Equipoise runs a randomized oncology trial from its protocol."""
