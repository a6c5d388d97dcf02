"""The pages by their readers: `auth` before the login, `owner` behind it, `invitee`, and `system` for programs."""
