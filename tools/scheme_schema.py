"""Writes schemes/scheme.schema.json, the JSON Schema by which editors help with a scheme's files."""

import json
from pathlib import Path

from anlan.engine.schemes import json_schema

TARGET = Path(__file__).parents[1] / "schemes" / "scheme.schema.json"


def main() -> None:
    TARGET.write_text(f"{json.dumps(json_schema(), indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")


if __name__ == "__main__":
    main()
