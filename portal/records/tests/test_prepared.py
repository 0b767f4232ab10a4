"""A prepared queryset answers like the queryset it was made of."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, IntegerField, QuerySet
from django.db.transaction import TransactionManagementError

from portal.accounts.models import College, User
from portal.lib.prepared import Planned, Prepared, Slot, among
from portal.records.selectors import course_histories
from portal.records.tests.factories import TODAY, add_student, build_world


@Prepared
def named() -> QuerySet[User]:
    return User.objects.select_related("college").filter(username=Slot("username"))


@Prepared
def several() -> QuerySet[User, Any]:
    found = User.objects.filter(among("id", "ids")).order_by("username")
    return found.values("username", where=F("college__name"))


@Prepared
def locked() -> QuerySet[User]:
    return User.objects.select_for_update().filter(username=Slot("username"))


@Planned
def planned() -> QuerySet[User]:
    return named.build().filter(pk__gte=Slot("least", IntegerField()))


def make_user(username: str) -> User:
    college, _ = College.objects.get_or_create(code="01", name="智能制造学院")
    return User.objects.create(username=username, name=username, college=college)


@pytest.mark.django_db
def test_models_come_with_what_was_selected(django_assert_num_queries: object) -> None:
    make_user("one"), make_user("two")
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = [named.first(username=name) for name in ("one", "two")]
        assert [user and (user.username, str(user.college)) for user in found] == [
            ("one", "智能制造学院"),
            ("two", "智能制造学院"),
        ]


@pytest.mark.django_db
def test_nobody_is_none() -> None:
    assert named.first(username="nobody") is None


@pytest.mark.django_db
@pytest.mark.parametrize("names", [[], ["b"], ["a", "b", "c"]])
def test_any_number_of_ids(names: list[str]) -> None:
    users = {name: make_user(name) for name in "abc"}
    found = several(ids=[users[name].pk for name in names])
    assert found == [{"username": name, "where": "智能制造学院"} for name in names]


@pytest.mark.django_db
def test_a_value_that_was_not_given_is_an_error() -> None:
    with pytest.raises(KeyError, match="username"):
        named()


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused_even_when_compiled_within_one() -> None:
    with transaction.atomic():
        locked(username="one")
    with pytest.raises(TransactionManagementError):
        locked(username="one")


@pytest.mark.django_db
def test_a_statement_compiled_for_one_student_answers_for_others_and_for_nobody() -> None:
    world = build_world()
    other = add_student(world.student.admin_class, "X1")
    world.attempt(world.course("A1"), student=other, score=90)
    found = [course_histories(ids, today=TODAY) for ids in ([world.student.pk], [other.pk], [])]
    own, others, nobody = [
        {pk: [len(course.attempts) for course in courses] for pk, courses in each.items()}
        for each in found
    ]
    assert (own, others, nobody) == ({world.student.pk: [0]}, {other.pk: [1]}, {})


@pytest.mark.django_db(transaction=True)
def test_threads_that_come_first_at_once_share_one_statement() -> None:
    make_user("one")
    built = []

    def slowly() -> QuerySet[User]:
        built.append(True)
        time.sleep(0.1)  # the others come meanwhile
        return named.build()

    once = Prepared(slowly)

    def look(_: int) -> str:
        try:
            return once(username="one")[0].username
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(look, range(3))) == ["one"] * 3
    assert built == [True]


def known_to_the_server() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [planned.name])
        return cursor.fetchone() is not None


@pytest.mark.django_db
def test_what_the_server_keeps_answers_alike(django_assert_num_queries: object) -> None:
    make_user("one"), make_user("two")
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = [planned.first(username=name, least=1) for name in ("one", "two", "three")]
    assert [user and (user.username, str(user.college)) for user in found] == [
        ("one", "智能制造学院"),
        ("two", "智能制造学院"),
        None,
    ]
    assert planned.first(username="one", least=2**40) is None
    assert known_to_the_server()


@pytest.mark.django_db(transaction=True)
def test_it_is_kept_over_a_rollback_and_told_again_to_another_connection() -> None:
    make_user("one")
    connection.close()
    with transaction.atomic():
        assert planned(username="one", least=1)
        transaction.set_rollback(True)
    assert known_to_the_server()
    assert planned(username="one", least=1)
    connection.close()
    assert not known_to_the_server()
    assert planned(username="one", least=1)
