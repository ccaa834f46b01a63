"""Who may lean on whom. The contracts of pyproject.toml say most; here stands what they cannot say."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from django.apps import apps

import soyte
from soyte.kernel.systems import systems

HOUSE = Path(soyte.__path__[0])


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("soyte", cache_dir=None)


@pytest.fixture(scope="module")
def rooms():
    """Package of each system by its label."""
    return {system.label: system.name for system in systems()}


@pytest.fixture(scope="module")
def leans_on(graph, rooms):
    """For each system, those that it imports, from any of its modules, tests aside."""
    found = {label: set() for label in rooms}
    for label, package in rooms.items():
        for module in {package, *graph.find_descendants(package)}:
            if ".tests" in module:
                continue
            for imported in graph.find_modules_directly_imported_by(module):
                found[label] |= {other for other, name in rooms.items() if (imported + ".").startswith(name + ".")}
        found[label].discard(label)
    return found


def test_no_circle_among_systems(leans_on):
    try:
        TopologicalSorter(leans_on).prepare()
    except CycleError as error:
        pytest.fail(f"systems lean on each other in a circle: {' -> '.join(error.args[1])}")


def test_a_system_declares_whom_it_calls(leans_on):
    """`needs` is the list by which a system can be left out: what is imported stands there, and nothing else."""
    declared = {system.label: set(system.needs) for system in systems()}
    assert declared == leans_on


def test_a_system_is_entered_by_its_public_module(graph, rooms):
    entered = set()
    for label, package in rooms.items():
        for module in {package, *graph.find_descendants(package)}:
            for importer in graph.find_modules_that_directly_import(module):
                foreign = importer.startswith("soyte.systems.") and not (importer + ".").startswith(package + ".")
                if foreign and ".tests" not in importer and module != f"{package}.public":
                    entered.add(f"{importer} -> {module} of {label}")
    assert not entered


def test_a_public_module_names_types_and_functions_only(rooms):
    """A door gives acts and shapes: a table or a view behind it would tie the visitor to the room's inside."""
    for package in rooms.values():
        door = HOUSE.joinpath(*package.split(".")[1:], "public.py")
        if door.is_file():
            assert "import *" not in door.read_text(), door


def test_nothing_stands_on_the_demo_or_the_web(graph):
    for upper in ("soyte.demo", "soyte.web"):
        users = set()
        for module in {upper, *graph.find_descendants(upper)}:
            users |= {
                name
                for name in graph.find_modules_that_directly_import(module)
                if not name.startswith((upper, "soyte.config")) and ".tests" not in name
            }
        allowed = {name for name in users if upper == "soyte.web" and name.startswith("soyte.demo")}
        assert users == allowed, f"{upper} is imported from below"


def test_labels_are_folder_names_and_unique():
    ours = [config for config in apps.get_app_configs() if config.name.startswith("soyte.")]
    assert {config.label for config in ours} == {Path(config.path).name for config in ours}
    assert len({config.label for config in ours}) == len(ours)
    assert not {"auth", "admin", "sessions", "messages", "sites", "contenttypes"} & {config.label for config in ours}


def test_a_chapter_is_known_and_is_the_folder_of_its_systems():
    from soyte.kernel.systems import CHAPTERS

    for system in systems():
        assert system.chapter in CHAPTERS
        assert Path(system.path).parent.name == system.chapter
