"""`.env.example` and the code name the same variables."""

from __future__ import annotations

import ast
import re

from devtools.environment import known_names
from tests.architecture.tree import ROOT, modules, name, parsed

READ_BY_LIBRARIES = {"GOOGLE_APPLICATION_CREDENTIALS"}
OF_THE_SYSTEM = {
    "PATH",
    "PYTHONHOME",
    "XDG_RUNTIME_DIR",
    "DJANGO_SETTINGS_MODULE",
    "NARYAD_MAIN_PID",
    "NODE_OPTIONS",
}
OF_THE_SEED = {
    "PORT",
    "NODE_ENV",
    "DATABASE_URL",
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_PASSWORD",
    "JWT_SECRET",
    "WB_API_BASE_URL",
    "WB_API_KEY",
    "WB_ANALYTICS_BASE_URL",
    "GCP_PROJECT_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "FRONTEND_URL",
    "LOG_LEVEL",
}


def test_every_variable_that_is_read_is_explained_and_no_other() -> None:
    """S3-26: `.env.example` is complete."""
    assert known_names() == (_read_names() - OF_THE_SYSTEM) | READ_BY_LIBRARIES


def test_the_variables_of_the_seed_keep_their_names() -> None:
    """S3-26: every setting that the seed names exists under that name."""
    assert known_names() >= OF_THE_SEED


def test_each_variable_is_explained_by_a_comment() -> None:
    """S3-26: a variable's name alone does not tell what it does."""
    blocks = re.split(r"\n\n+", (ROOT / ".env.example").read_text())
    silent = [block for block in blocks if re.search(r"^[A-Z_]+=", block, re.MULTILINE) and "#" not in block]
    assert not silent


def test_only_one_module_of_the_product_reads_the_environment() -> None:
    """S3-26: settings stand in one place, so nothing can be configured behind their back."""
    readers = {
        name(path)
        for path in modules(tests=False)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and getattr(node.value, "id", "") == "os"
        if not name(path).startswith(("devtools/", "bench/"))
    }
    wiring = {"config/asgi.py", "config/wsgi.py", "config/celery.py", "config/installation_checks.py", "manage.py"}
    assert readers - wiring <= {"config/env.py", "config/settings.py", "executions/lease.py"}


def _read_names() -> set[str]:
    """Literal names given to `env.<kind>(NAME)`, to `os.environ` and to the settings of a child process."""
    found: set[str] = set()
    for path in modules(tests=False):
        if not name(path).startswith(("config/", "devtools/", "executions/")):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and node.args and _is_reader(node.func):
                literal = node.args[0]
                if isinstance(literal, ast.Constant) and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(literal.value)):
                    found.add(str(literal.value))
    return found


def _is_reader(called: ast.expr) -> bool:
    """`env.str(...)`, `os.environ.get(...)`."""
    if not isinstance(called, ast.Attribute):
        return False
    owner = called.value
    return getattr(owner, "id", "") == "env" or getattr(owner, "attr", "") == "environ"
