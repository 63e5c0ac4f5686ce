"""The addresses of all pages, room by room."""

from django.urls import URLPattern, URLResolver

from anlan.web import (
    account,
    accounts,
    board,
    departments,
    evidence,
    files,
    findings,
    imports,
    journal,
    people,
    places,
    schemes,
    settings,
    shell,
    work,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *board.addresses,
    *work.addresses,
    *evidence.addresses,
    *findings.addresses,
    *files.addresses,
    *shell.urlpatterns,
    *accounts.addresses,
    *account.addresses,
    *places.addresses,
    *departments.addresses,
    *people.addresses,
    *journal.addresses,
    *schemes.addresses,
    *imports.addresses,
    *settings.addresses,
]
