"""The addresses of all pages, room by room."""

from django.urls import URLPattern, URLResolver

from anlan.web import account, accounts, board, journal, people, schemes, settings, shell

urlpatterns: list[URLPattern | URLResolver] = [
    *board.addresses,
    *shell.urlpatterns,
    *accounts.addresses,
    *account.addresses,
    *people.addresses,
    *journal.addresses,
    *schemes.addresses,
    *settings.addresses,
]
