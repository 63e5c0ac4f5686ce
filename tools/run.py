"""Set up what is missing, then hand over to `anlan serve`."""

from __future__ import annotations

import os
import sys

import setup

HELP = """./run [OPTIONS]   安装并启动安澜  set Anlan up and start it

  --port N        端口（默认 8000）  port (8000)
  --data DIR      数据文件夹（默认 ./data）  folder of database, files and keys (./data)
  --no-demo       不载入演示城市  leave an empty database empty
  --scheme ID     采用的方案，可重复  scheme to adopt; may be repeated
  --setup-only    只安装和迁移，不启动  install and migrate, start nothing
  --host ADDRESS  监听地址（默认仅本机）  address to listen on (this machine only)
  --tls           以自建证书提供 HTTPS，供手机使用  HTTPS with an own authority, for phones
"""


def set_up() -> int:
    """Make the environment; 0 when it is ready."""
    try:
        setup.prepare("run")
    except setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(HELP)
        sys.exit(0)
    if code := set_up():
        sys.exit(code)
    os.environ.setdefault("ANLAN_DATA", str(setup.ROOT / "data"))
    # The server takes this process over, so that signals reach it directly.
    os.execv(setup.PYTHON, [str(setup.PYTHON), "-m", "anlan.management.cli", "serve", *sys.argv[1:]])
