"""The channels that an installation has: mail where a server is set, webhooks where an institution arranged one."""

from __future__ import annotations

from finwatch.access.secrets import Sealer
from finwatch.notify import Sender
from finwatch.notify.mail import Mail
from finwatch.notify.webhook import Webhook
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.supervise.complaint.arrangement import ARRANGEMENT
from finwatch.supervise.desk import SYSTEM


def webhook_secret(sealer: Sealer, organisation: str) -> str:
    """What an institution checks our webhooks with; shown to it on its arrangement."""
    return sealer.keyed(f"webhook:{organisation}")


def channels(store: Store, settings: Settings) -> dict[str, Sender]:
    """Channel → its sender. Raises ``SettingError`` when a setting does not fit."""
    sealer = Sealer.of(settings.sealing_file)

    def address_of(organisation: str) -> str | None:
        where = CaseFilter(machine=ARRANGEMENT, owner=organisation)
        found = store.cases.newest(where, scope=SYSTEM.scope, limit=1).rows
        if not found:
            return None
        return store.cases.get(found[0].id, scope=SYSTEM.scope).form.get("webhook")

    def secret_of(organisation: str) -> bytes:
        return webhook_secret(sealer, organisation).encode()

    made: dict[str, Sender] = {"webhook": Webhook(address_of, secret_of, allow_private=settings.allow_private)}
    if settings.mail:
        made["mail"] = Mail(settings.mail, sender=settings.mail_from)
    return made
