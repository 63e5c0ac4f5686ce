"""Anlan as one Django app."""

from django.apps import AppConfig


class AnlanConfig(AppConfig):
    name = "anlan"
    label = "anlan"
    verbose_name = "Anlan"

    def ready(self) -> None:
        from anlan.web.field_words import say_how_to_mend

        say_how_to_mend()
