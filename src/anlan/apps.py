"""Anlan as one Django app."""

from django.apps import AppConfig


class AnlanConfig(AppConfig):
    name = "anlan"
    label = "anlan"
    verbose_name = "Anlan"
