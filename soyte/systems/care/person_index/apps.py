from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, SystemConfig


class PersonIndex(SystemConfig):
    """Screens only: the review list and its decisions are the kernel's, and so are their permissions."""

    name = "soyte.systems.care.person_index"
    label = "person_index"
    chapter = "care"
    title = verbose_name = _("Người nghi trùng")
    menu = (MenuEntry(_("Người nghi trùng"), "person_index:pairs", "pairs.read", icon="users-group", order=24),)
