# 开发者常用命令。 What developers do often; `just` lists it.

_list:
    @just --list --unsorted

# 安装并启动  set up and start
run *options:
    ./run {{options}}

# 全部检查  every check
check *options:
    ./check {{options}}

# 测试（SQLite）  tests on SQLite
test *options:
    .venv/bin/python -m pytest -q -n 2 --ignore=tests/browser {{options}}

# 测试（PostgreSQL）  tests on PostgreSQL
test-postgres *options:
    ANLAN_TEST_ONLY_DATABASE=1 .venv/bin/python tools/postgres.py .venv/bin/python -m pytest -q -n 2 --ignore=tests/browser {{options}}

# 浏览器流程  journeys in Chromium
journeys *options:
    .venv/bin/python -m pytest -q tests/browser {{options}}

# 整理格式并修正  format and mend
format:
    .venv/bin/ruff format src tools tests benchmarks
    .venv/bin/ruff check --fix src tools tests benchmarks

# 代码检查与依赖  lint and import contracts
lint:
    .venv/bin/ruff check src tools tests benchmarks
    .venv/bin/lint-imports --no-cache

# 类型检查  types
types:
    .venv/bin/mypy src/anlan tools

# 译文: update, fill FILE, missing, compile  messages
messages *command='update':
    .venv/bin/python tools/messages.py {{command}}

# 界面截图  pictures of every page
pictures *options:
    .venv/bin/python tools/pictures.py {{options}}

# 重新锁定依赖  lock the packages anew
lock *packages:
    .venv/bin/python tools/lock.py {{packages}}

# 离线安装包  an archive that installs without any network
bundle *options:
    .venv/bin/python tools/bundle.py {{options}}

# 性能对比  benchmarks
bench *jobs:
    .venv/bin/anlan bench {{jobs}}
