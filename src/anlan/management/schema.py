"""`anlan schema COMMAND`: the JSON Schema of a command's input file and output."""

import click
from pydantic import TypeAdapter

from anlan.management.cap_shapes import CAP_SHAPES
from anlan.management.output import write_json
from anlan.management.patrol_shapes import PATROL_SHAPES
from anlan.management.shapes import SHAPES
from anlan.management.terminal import refuse


@click.command()
@click.argument("command", nargs=-1, required=True)
def schema(command: tuple[str, ...]) -> None:
    """Print the JSON Schema of a command's input file and output.  命令输入输出的 JSON Schema。"""
    name = " ".join(command)
    if name == "scheme":
        from anlan.engine.schemes import json_schema

        write_json(json_schema())
        return
    shapes = SHAPES | PATROL_SHAPES | CAP_SHAPES
    if name not in shapes:
        known = ", ".join(shapes)
        refuse(
            f"没有“{name}”的模式；可用：{known}",
            f"There is no schema for '{name}'; there is one for: {known}",
        )
    read, written = shapes[name]
    write_json(
        {
            "input": TypeAdapter(read).json_schema() if read else None,
            "output": TypeAdapter(written).json_schema(),
        }
    )
