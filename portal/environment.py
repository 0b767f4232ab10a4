"""What the operator has set: the environment, `.env`, and what the embedded services left."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.FileAwareEnv()  # X_FILE may name a file that holds X
# Neither file overrides a variable that is already set.
for env_file in (BASE_DIR / ".env", VAR_DIR / "run" / "services.env"):
    if env_file.is_file():
        env.read_env(env_file)
