import pytest

from soyte.kernel.access.roles import RoleContentError, RoleFile, assemble, purposes, roles


def test_the_shipped_roles_have_vietnamese_titles_and_purposes():
    assert {"it_officer", "doctor", "data_officer", "administrator", "gateway"} <= set(roles())
    assert roles()["it_officer"].title == "Cán bộ công nghệ thông tin"
    assert all(role.title and role.about and role.purpose in purposes() for role in roles().values())


def test_a_room_adds_its_grants_to_a_role_and_the_widest_scope_holds():
    found = assemble(
        [
            RoleFile(code="doctor", title="Bác sĩ", purpose="treatment", actions={"a.read": "own"}),
            RoleFile(code="doctor", actions={"a.read": "subtree", "b.read": "own"}, labels=["hiv"]),
            RoleFile(
                code="chief", title="Trưởng khoa", purpose="treatment", like="doctor", actions={"b.read": "province"}
            ),
        ]
    )
    assert found["doctor"].actions == {"a.read": "subtree", "b.read": "own"}
    assert found["chief"].actions == {"a.read": "subtree", "b.read": "province"}
    assert found["chief"].labels == {"hiv"}


@pytest.mark.parametrize(
    "files, message",
    [
        ([RoleFile(code="a", actions={})], "never defined"),
        ([RoleFile(code="a", title="A", purpose="x", like="b")], "never defined"),
        ([RoleFile(code="a", title="A", purpose="x")] * 2, "defined twice"),
        ([RoleFile(code="a", title="A")], "without `purpose`"),
    ],
)
def test_role_files_that_do_not_fit_are_named(files, message):
    with pytest.raises(RoleContentError, match=message):
        assemble(files)
