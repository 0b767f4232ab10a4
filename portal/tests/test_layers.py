"""Relations and migrations keep to the layers too; import-linter does not see string names."""

import tomllib
from pathlib import Path
from typing import TypeGuard

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

HOUSE = "The house: a room imports only from rooms below it"


def _floors() -> dict[str, int]:
    """Room -> floor, read from the contract that import-linter enforces; 0 is the top."""
    text = Path(settings.BASE_DIR, "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["name"] == HOUSE)
    return {room.strip(): floor for floor, rooms in enumerate(layers) for room in rooms.split("|")}


FLOORS = _floors()
OURS = {config.label: config.name for config in apps.get_app_configs() if config.name in FLOORS}


def _may_know(room: str, other: str) -> bool:
    return room == other or FLOORS[room] < FLOORS[other]


def _is_model(target: object) -> TypeGuard[type[Model]]:
    return isinstance(target, type) and issubclass(target, Model)


@pytest.mark.parametrize("label", OURS)
def test_relations_point_downwards(label: str) -> None:
    wrong = [
        f"{model.__name__}.{field.name} -> {target.name}"
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and _is_model(field.related_model)
        for target in [apps.get_app_config(field.related_model._meta.app_label)]
        if target.label in OURS and not _may_know(OURS[label], target.name)
    ]
    assert wrong == []


def test_migrations_depend_downwards() -> None:
    graph = MigrationLoader(None).disk_migrations
    wrong = [
        f"{label}.{name} -> {needed}"
        for (label, name), migration in graph.items()
        if label in OURS
        for needed, _ in migration.dependencies
        if needed in OURS and not _may_know(OURS[label], OURS[needed])
    ]
    assert wrong == []
