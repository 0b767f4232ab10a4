"""The portal's role may do no more by another way than what is granted to it."""

import pytest
from django.db import connection

from portal.ops import ownership

pytestmark = pytest.mark.django_db
# What the refusal says -> how it comes to be so.
TOO_MUCH = {
    "从别处还有 .* 权限": "GRANT pg_write_all_data TO {role}",
    "拥有这个数据库": "ALTER DATABASE {database} OWNER TO {role}",
    "可以在 public 里建表": "GRANT CREATE ON SCHEMA public TO {role}",
    "超级用户": "ALTER ROLE {role} SUPERUSER",
}


def sql(statement: str, role: str) -> None:
    quoted = connection.ops.quote_name
    database = quoted(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(statement.format(role=quoted(role), database=database))


@pytest.fixture
def role() -> str:
    """A role that goes with the transaction of the test."""
    name = f"{connection.settings_dict['NAME']}_second"
    sql("CREATE ROLE {role}", name)
    return name


def test_a_plain_role_is_given_its_rights(role: str) -> None:
    ownership.grant(role)
    with connection.cursor() as cursor:
        cursor.execute(ownership.HELD, [role])
        held = set(cursor.fetchall())
    assert ("audit_opening", "INSERT") in held
    assert ("audit_change", "INSERT") not in held


@pytest.mark.parametrize("words", TOO_MUCH)
def test_a_role_that_may_more_is_refused(words: str, role: str) -> None:
    sql(TOO_MUCH[words], role)
    with pytest.raises(ownership.NotTwoRoles, match=words):
        ownership.grant(role)
