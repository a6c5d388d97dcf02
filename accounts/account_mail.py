"""Writes the mails about an account to the outbox, in the transaction that they tell of.

Nothing is sent here: `notifications.worker` sends the rows later, and `notifications.account_content` has the words.
"""

from datetime import datetime, timedelta

import config
from database import db
from enums import AccountMessageKind
from models import AccountMessage, Owner
from scheduling.notifications import KEEP_TRYING


def enqueue_account_mail(
    owner: Owner,
    kind: AccountMessageKind,
    now: datetime,
    *,
    address: str = "",
    useful_for: timedelta = KEEP_TRYING,
    **parameters: str,
) -> None:
    """Write a mail to the owner, or to `address`; without a mail server write none.

    It is tried for as long as it is `useful_for`. Of a secret token the `parameters` hold the salt, never the token.
    """
    if not config.current().sends_mail:
        return
    db.session.add(
        AccountMessage(
            owner_id=owner.id,
            kind=kind,
            address=address or owner.email,
            parameters=parameters,
            due_at=now,
            give_up_at=now + useful_for,
            created_at=now,
        )
    )
