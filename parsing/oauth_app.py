"""The operator's registration at a service that an owner signs in to, and where that service is."""

import re
from dataclasses import asdict, dataclass, field

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class OauthApp:
    """A client's id and secret, and the service's addresses; `revoke_url` is '' where access can't be given back."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    api_url: str
    revoke_url: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as JSON has it."""
        return asdict(self)


def google_app(client_id: str, client_secret: str) -> OauthApp:
    """Return the registration at Google."""
    return OauthApp(
        client_id,
        client_secret,
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com/calendar/v3",
        "https://oauth2.googleapis.com/revoke",
    )


def microsoft_app(client_id: str, client_secret: str, tenant: str) -> OauthApp:
    """Return the registration at Microsoft, for the accounts of a tenant; `common` is any."""
    sign_in = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return OauthApp(
        client_id, client_secret, f"{sign_in}/authorize", f"{sign_in}/token", "https://graph.microsoft.com/v1.0"
    )


def is_tenant(text: str) -> bool:
    """Return whether it can be the name or the id of one of Microsoft's tenants."""
    return _TENANT.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Return whether it looks like an id of Microsoft's, which stands beside the secret's value."""
    return _UUID.fullmatch(text) is not None
