"""Migrates an empty database up, compares it with the models, and takes it down and up again."""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="truflow-migrations-") as folder:
        for name in [name for name in os.environ if name.startswith("TRUFLOW_")]:
            del os.environ[name]
        os.environ.update(TRUFLOW_ENV="test", TRUFLOW_DATA_DIR=folder)
        from alembic import command

        from truflow.migrations import alembic_config, migrate
        from truflow.postgres import Embedded

        server = Embedded(Path(folder), durable=False)
        server.ensure()
        try:
            migrate()
            command.check(alembic_config())
            command.downgrade(alembic_config(), "base")
            command.upgrade(alembic_config(), "head")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
