"""`anlan manage …`: any command of Django, with Anlan's settings."""

import click
from django.core.management import execute_from_command_line


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Pass a command on to Django.  把命令交给 Django 执行。"""
    execute_from_command_line(["anlan manage", *arguments])
