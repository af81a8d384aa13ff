"""Who does a thing: a member of staff, an API app, a person by text, or the system itself."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied


@dataclass(frozen=True, slots=True)
class Actor:
    """Passed as `by=` to every verb. `label` is what the audit trail shows and outlives the account; `key` is
    what the consent ledger keeps of an API app, whose name may change."""

    kind: str
    label: str
    user_id: int | None = None
    permissions: frozenset[str] | None = None
    key: str = ""

    @classmethod
    def staff(cls, user: User) -> "Actor":
        return cls("staff", user.get_username(), user.pk, frozenset(user.get_all_permissions()))

    @classmethod
    def app(cls, *, name: str, key: str) -> "Actor":
        return cls("app", name, key=key)

    @classmethod
    def system(cls, part: str) -> "Actor":
        return cls("system", part)

    @classmethod
    def person(cls, masked_number: str) -> "Actor":
        return cls("person", masked_number)

    def may(self, permission: str) -> bool:
        """Staff need the permission; apps, persons and the system were let in by their own door."""
        return self.permissions is None or permission in self.permissions

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise PermissionDenied(f"{self.label} may not do this: it takes the right “{permission}”.")
