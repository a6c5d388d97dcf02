"""The pages, by who reads them: `auth` before the login, `owner` behind it, `invitee`, and `system` for programs."""
