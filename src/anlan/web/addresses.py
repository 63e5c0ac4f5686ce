"""The addresses of all pages, room by room."""

from django.urls import URLPattern, URLResolver

from anlan.web import account, accounts, board, departments, journal, people, places, schemes, settings, shell

urlpatterns: list[URLPattern | URLResolver] = [
    *board.addresses,
    *shell.urlpatterns,
    *accounts.addresses,
    *account.addresses,
    *places.addresses,
    *departments.addresses,
    *people.addresses,
    *journal.addresses,
    *schemes.addresses,
    *settings.addresses,
]
