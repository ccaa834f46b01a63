"""Accounts that sign in, their attempts to, and the sessions that come of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Account(AbstractBaseUser):
    """Who signs in. What an account may do is said by its posts (kernel/access), never here.

    `password` is argon2 of the password; of a gateway account, argon2 of the upper-case hex MD5 of it, because that
    is the form in which the insurer's API carries it.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Người")
        GATEWAY = "gateway", _("Cổng gửi tệp")
        MACHINE = "machine", _("Máy")
        CITIZEN = "citizen", _("Người dân")

    PEOPLE: ClassVar = (Kind.PERSON, Kind.CITIZEN)  # who sign in with a password of their own choice

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=255)
    phone = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    one_time_until = models.DateTimeField(null=True)  # end of a password that somebody else has set
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["display_name"]
    objects = BaseUserManager["Account"]()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(username__regex=r"^[a-z0-9][a-z0-9._@-]*$"), name="account_username_form"
            ),
        ]

    def __str__(self) -> str:
        return self.username


class SignInAttempt(models.Model):
    """One attempt, kept as a row so that throttling holds for all processes and survives a restart."""

    class Outcome(models.TextChoices):
        FAILED = "failed", _("Sai")
        PASSED = "passed", _("Đúng")
        THROTTLED = "throttled", _("Bị hoãn")

    at = models.DateTimeField()
    username = models.CharField(max_length=64)  # as typed, folded: it may name no account
    address = models.GenericIPAddressField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)

    class Meta:
        indexes = [
            models.Index(fields=["username", "-at"], name="attempt_of_username"),
            models.Index(fields=["address", "-at"], condition=Q(outcome="failed"), name="attempt_failed_of_address"),
        ]


class Session(AbstractBaseSession):
    """A browser's session (accounts/sessions.py); `account` once somebody signed in with it."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("Phiên đăng nhập")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from soyte.kernel.accounts.sessions import SessionStore

        return SessionStore
