"""What the process is told from outside: environment variables, table in README.md."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import environ

from payments.gateways.finance_wire import Credentials

BASE_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Config:
    """``url`` is where payers find the pages; ``retry_scale`` shrinks the callback intervals."""

    host: str
    port: int
    url: str
    store: Path
    who: Credentials
    secret_key: str
    retry_scale: float
    college: str
    allowed_hosts: tuple[str, ...]
    demo: bool


@cache
def config() -> Config:
    """The configuration of this process, from the same files the portal reads."""
    env = environ.FileAwareEnv()
    for env_file in (BASE_DIR / ".env", BASE_DIR / "var" / "run" / "services.env"):
        if env_file.is_file():
            env.read_env(env_file)
    host, port = env("CASHIER_HOST", default="127.0.0.1"), env.int("CASHIER_PORT", default=8001)
    secret_key, demo = env("SECRET_KEY"), env.bool("DEMO", default=False)
    secret = env("FINANCE_SECRET", default=f"demo:{secret_key}" if demo else env.NOTSET)
    return Config(
        host=host,
        port=port,
        url=env("CASHIER_URL", default=f"http://127.0.0.1:{port}").rstrip("/"),
        store=Path(env("CASHIER_STORE", default=str(BASE_DIR / "var/cashier/cashier.sqlite3"))),
        who=Credentials(env("FINANCE_MERCHANT", default="ZZJF"), secret),
        secret_key=secret_key,
        retry_scale=env.float("CASHIER_RETRY_SCALE", default=1.0),
        college=env("COLLEGE_NAME", default="常州工程职业技术学院"),
        allowed_hosts=tuple(env.list("CASHIER_HOSTS", default=["localhost", "127.0.0.1"])),
        demo=demo,
    )
