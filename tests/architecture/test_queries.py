"""What reaches PostgreSQL as a name or as SQL is ours: ruff's S608 looks at the texts, this at how they are asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import modules, name, parsed

WORKSHOPS: Final = ("devtools/", "bench/", "deploy/")
"""Tools beside the product, which nobody outside can ask anything."""
LOOKUPS: Final = frozenset({"filter", "exclude", "get", "annotate", "alias", "aggregate", "Q"})
"""Names of keywords are names of columns here."""
COLUMNS: Final = frozenset({"order_by", "values", "values_list", "distinct", "only", "defer", "F", "OrderBy"})
"""Names of columns are arguments here."""
RAW: Final = frozenset({"extra", "raw", "RawSQL"})
ASKED: Final = frozenset({"request", "GET", "POST", "query_params", "COOKIES", "META"})
"""What a client has said, and may have named as it liked."""
NAMES_CHOSEN: Final = {
    "executions/api/bulk.py": "from the table LOOKUPS of the file",
    "executions/services/health.py": "keywords of its callers in the file",
    "executions/services/starting.py": "a dict of the function",
    "executions/services/scheduling/publishing.py": "fields of a crontab, which are constants",
    "integrations/language_models/memory.py": "a dict of the function",
    "tickets/admin/of_projects.py": "class variables of our pages",
    "tickets/contacts/keeping.py": "the columns of an address, which are fields of a dataclass",
    "tickets/services/for_runs.py": "two dicts of the functions",
}
"""Where keywords of a lookup are put together, and where they come from."""
SQL_CHOSEN: Final = {
    "accounts/statements.py": "statements of this class, which are constants of their files",
    "accounts/trail.py": "from a tuple of constants",
    "executions/pruning.py": "from a table of constants",
    "executions/services/reacting/overviewing.py": "constants of the file",
    "executions/sweeps.py": "constants of the file",
    "integrations/events.py": "from a table of two constants",
    "integrations/sql.py": "the author's own statement to their own database, with a credential of theirs",
    "integrations/telegram/emulator/webhook.py": "no database: the method of a bot",
}
"""Where a statement comes in a variable, and which ones these are."""


def test_no_name_of_a_query_comes_from_a_request() -> None:
    """S5: no `**request…` in the ORM, no ordering by what a request says, no RawSQL, no statement that is formatted."""
    assert [f"{name(path)}:{fault}" for path in product() for fault in faults(parsed(path), name(path))] == []


def test_the_exceptions_are_no_longer_than_the_truth() -> None:
    """S5: a file that has no need of its exception any more loses it."""
    for exceptions in (NAMES_CHOSEN, SQL_CHOSEN):
        idle = [file for file in exceptions if not any(True for _fault in faults(of(file), file="elsewhere.py"))]
        assert idle == []


@pytest.mark.parametrize(
    "line",
    [
        "rows.filter(**request.GET)",
        "rows.filter(**request.query_params.dict())",
        "rows.exclude(**dict(self.request.POST.items()))",
        "rows.filter(Q(**{key: 1 for key in request.GET}))",
        "rows.filter(**{request.GET['field']: 1})",
        "asked = request.query_params\n    wish = asked.dict()\n    rows.filter(**wish)",
        "rows.filter(**given)",
        "rows.order_by(request.GET['ordering'])",
        "rows.order_by(*request.query_params.getlist('ordering'))",
        "wish = request.GET.get('ordering') or '-id'\n    rows.order_by(wish, 'id')",
        "if (wish := request.GET.get('by')):\n        rows.values(wish)",
        "for wish in request.GET:\n        rows.annotate(x=F(wish))",
        "rows.extra(where=['1=1'])",
        "rows.annotate(a=RawSQL('1', ()))",
        "Model.objects.raw('SELECT 1')",
        "cursor.execute(f'LOCK TABLE {table}')",
        "cursor.execute('SELECT ' + column)",
        "cursor.execute('SELECT %s' % column)",
        "cursor.execute('SELECT {}'.format(column))",
        "cursor.execute(statement)",
        "cursor.executemany(statement, [])",
    ],
)
def test_the_forbidden_forms_are_found(line: str) -> None:
    """S5: a rule that finds nothing anywhere would be none."""
    assert list(faults(ast.parse(f"def act(request):\n    {line}"), file="elsewhere.py"))


@pytest.mark.parametrize("line", ["cursor.execute(f'LOCK TABLE {table}')", "cursor.execute('SELECT ' + column)"])
@pytest.mark.parametrize("file", SQL_CHOSEN)
def test_no_file_may_format_a_statement_where_it_is_asked(line: str, file: str) -> None:
    """S5: also where statements come in variables."""
    assert list(faults(ast.parse(line), file))


@pytest.mark.parametrize(
    "line",
    [
        "rows.filter(name=request.GET['name'])",
        "rows.filter(**{f'{self.way}__in': seen_by(request)})",
        "rows.order_by('-created_at', F('due').asc())",
        "cursor.execute(READY, [request.GET['queue']])",
        "cursor.execute('SELECT %s', [column])",
        "cursor.execute(AGAIN if again else STEPS)",
        "rows.values(*COLUMNS)",
    ],
)
def test_values_may_come_from_a_request(line: str) -> None:
    """S5: they travel as parameters."""
    assert list(faults(ast.parse(f"def act(request):\n    {line}"), "tickets/admin/of_projects.py")) == []


def product() -> Iterator[Path]:
    return (path for path in modules(tests=False) if not name(path).startswith(WORKSHOPS))


def of(file: str) -> ast.Module:
    return parsed(next(path for path in product() if name(path) == file))


def faults(tree: ast.AST, file: str) -> Iterator[str]:
    """Line and kind of everything that the rules of this file refuse."""
    said = told_by_a_client(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in RAW:
                yield f"{node.lineno} {called}"
            if any(speaks(part, said) for part in names_in(node, called)):
                yield f"{node.lineno} {called} by a name of a request"
            if called in LOOKUPS and file not in NAMES_CHOSEN and any(key.arg is None for key in node.keywords):
                yield f"{node.lineno} {called} with keywords that are put together"
            if called in ("execute", "executemany") and node.args and not is_constant(node.args[0]):
                if isinstance(node.args[0], ast.JoinedStr | ast.BinOp) or called_of(node.args[0]) == "format":
                    yield f"{node.lineno} a statement that is formatted"
                elif file not in SQL_CHOSEN:
                    yield f"{node.lineno} a statement that comes in a variable"


def names_in(call: ast.Call, called: str) -> Iterator[ast.AST]:
    """The parts of a call that become names of columns."""
    if called in COLUMNS:
        yield from call.args
    if called in LOOKUPS:
        for given in (key.value for key in call.keywords if key.arg is None):
            if isinstance(given, ast.Dict):
                yield from (key for key in given.keys if key is not None)
            elif isinstance(given, ast.DictComp):
                yield given.key
                yield from given.generators
            else:
                yield given


def told_by_a_client(tree: ast.AST) -> frozenset[str]:
    """Variables that hold something of a request, in whatever function of the file, and what is taken from these."""
    said = ASKED
    while True:
        more = said | {target for target, value in bindings(tree) if speaks(value, said)}
        if more == said:
            return said
        said = more


def bindings(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names that are bound to what is only taken out of something; what a function makes of it is its affair."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value: ast.AST = node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        else:
            continue
        if is_taken_from(value):
            yield from (
                (part.id, value) for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
            )


def is_taken_from(value: ast.AST) -> bool:
    """Whether something is only taken out of, or chosen between: no function of ours has looked at it."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and not value.keywords and is_taken_from(value.func.value)
    if isinstance(value, ast.BoolOp):
        return any(is_taken_from(part) for part in value.values)
    if isinstance(value, ast.Attribute | ast.Subscript):
        return is_taken_from(value.value)
    return isinstance(value, ast.Name)


def speaks(part: ast.AST, said: frozenset[str]) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in said)
        or (isinstance(node, ast.Attribute) and node.attr in said & ASKED)
        for node in ast.walk(part)
    )


def is_constant(statement: ast.AST) -> bool:
    """A text as it stands, or a constant of a module, which ruff looks at."""
    if isinstance(statement, ast.IfExp):
        return is_constant(statement.body) and is_constant(statement.orelse)
    return isinstance(statement, ast.Constant) or (isinstance(statement, ast.Name) and statement.id.isupper())


def called_of(node: ast.AST) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
